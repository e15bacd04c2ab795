// A button that prints the page it stands on; it is shown only where there is script.
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print();
});
