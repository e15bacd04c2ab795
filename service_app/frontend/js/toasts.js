// Messages leave after eight seconds, but not while a hand or the focus is on them, and never those that say something
// went wrong.
const region = document.getElementById('toasts');
const STAY = 8000;

function begin(toast) {
  if (toast.dataset.toast === 'begun') return;
  toast.dataset.toast = 'begun';
  if (toast.classList.contains('toast-late')) return;
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), STAY); };
  const stop = () => clearTimeout(timer);
  for (const name of ['pointerenter', 'focusin']) toast.addEventListener(name, stop);
  for (const name of ['pointerleave', 'focusout']) toast.addEventListener(name, start);
  start();
}

region.addEventListener('click', (event) => event.target.closest('[data-toast-close]')?.closest('.toast').remove());
new MutationObserver(() => region.querySelectorAll('.toast').forEach(begin)).observe(region, { childList: true });

// Messages that came with the page are put in again, so that a live region announces them.
const came = [...region.children];
if (came.length) setTimeout(() => region.replaceChildren(...came), 150);
