// Browsers older than the `command` attribute (2025): open the dialog that a button names.
if (!('commandForElement' in HTMLButtonElement.prototype)) {
  document.addEventListener('click', (event) => {
    const id = event.target.closest('[command="show-modal"]')?.getAttribute('commandfor');
    if (id) document.getElementById(id).showModal();
  });
}
