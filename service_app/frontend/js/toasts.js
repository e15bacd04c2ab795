// Messages leave after eight seconds, but not while a hand or the focus is on them, and never those that say something
// went wrong. `HX-Trigger: {"toast": {"text": …, "undo": url}}` shows one from a fragment's answer.
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

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function undoForm(url) {
  const form = element('form');
  form.method = 'post';
  form.action = url;
  const token = element('input');
  token.type = 'hidden';
  token.name = 'csrf_token';
  token.value = document.querySelector('meta[name="csrf-token"]').content;
  form.append(token, element('button', 'toast-act', region.dataset.undo));
  return form;
}

export function show(text, { undo, isLate } = {}) {
  const toast = element('div', isLate ? 'toast toast-late' : 'toast');
  toast.dataset.toast = '';
  toast.append(element('p', '', text));
  if (undo) toast.append(undoForm(undo));
  const close = element('button', 'toast-close', '×');
  close.type = 'button';
  close.dataset.toastClose = '';
  close.setAttribute('aria-label', region.dataset.close);
  toast.append(close);
  region.append(toast);
}

export const lost = () => show(region.dataset.lost, { isLate: true });

region.addEventListener('click', (event) => event.target.closest('[data-toast-close]')?.closest('.toast').remove());
document.addEventListener('toast', ({ detail }) => show(detail.text, detail));
new MutationObserver(() => region.querySelectorAll('.toast').forEach(begin)).observe(region, { childList: true });

// Messages that came with the page are put in again, so that a live region announces them.
const came = [...region.children];
if (came.length) setTimeout(() => region.replaceChildren(...came), 150);
