// Drawing a signature, beside typing one's name. The library comes when a field for it is on the page.
async function prepare(field) {
  const { default: SignaturePad } = await import('signature_pad');
  const holder = field.querySelector('.signature-pad');
  const canvas = field.querySelector('canvas');
  const drawing = holder.querySelector('input[type="hidden"]');
  holder.hidden = false;
  const scale = Math.max(devicePixelRatio || 1, 1);
  canvas.width = canvas.offsetWidth * scale;
  canvas.height = canvas.offsetHeight * scale;
  canvas.getContext('2d').scale(scale, scale);
  const pad = new SignaturePad(canvas, { penColor: '#1d2422', minWidth: 0.8, maxWidth: 2.4 });
  pad.addEventListener('endStroke', () => { drawing.value = pad.toDataURL('image/png'); });
  field.querySelector('[data-signature-wipe]').addEventListener('click', () => {
    pad.clear();
    drawing.value = '';
  });
}

function prepareAll() {
  for (const field of document.querySelectorAll('[data-signature]:not([data-signature="ready"])')) {
    field.dataset.signature = 'ready';
    prepare(field);
  }
}

prepareAll();
document.addEventListener('htmx:after:swap', prepareAll);
