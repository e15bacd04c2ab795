// Drawing a signature, beside typing one's name. Its code comes only when a field for it is on the page.
async function prepareAll() {
  const fields = document.querySelectorAll('[data-signature=""]');
  if (!fields.length) return;
  fields.forEach((field) => { field.dataset.signature = 'ready'; });
  const { prepare } = await import('./signing.js');
  fields.forEach(prepare);
}

prepareAll();
document.addEventListener('htmx:after:swap', prepareAll);
