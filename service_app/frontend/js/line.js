// Says in the rail when the connection is gone.
const shown = document.querySelector('[data-line]');

function tell() {
  shown.textContent = navigator.onLine ? '' : shown.dataset.off;
  shown.hidden = navigator.onLine;
}

if (shown) {
  addEventListener('online', tell);
  addEventListener('offline', tell);
  tell();
}
