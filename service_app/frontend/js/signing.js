// The pad for drawing a signature, over signature_pad. Its drawing goes into the form as a PNG data address.
import SignaturePad from 'signature_pad';

function fit(canvas) {
  const scale = Math.max(devicePixelRatio || 1, 1);
  canvas.width = canvas.offsetWidth * scale;
  canvas.height = canvas.offsetHeight * scale;
  canvas.getContext('2d').scale(scale, scale);
}

export function prepare(field) {
  const holder = field.querySelector('.signature-pad');
  const canvas = field.querySelector('canvas');
  const drawing = holder.querySelector('input[type="hidden"]');
  holder.hidden = false;
  fit(canvas);
  const pad = new SignaturePad(canvas, { penColor: '#1d2422', minWidth: 0.8, maxWidth: 2.4 });
  pad.addEventListener('endStroke', () => { drawing.value = pad.toDataURL('image/png'); });
  field.querySelector('[data-signature-wipe]').addEventListener('click', () => {
    pad.clear();
    drawing.value = '';
  });
}
