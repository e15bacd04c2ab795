// Messages that begin in the browser. A fragment's answer shows one with `HX-Trigger: {"toast": {"text": …, "undo": url}}`.
const region = document.getElementById('toasts');

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

document.addEventListener('toast', ({ detail }) => show(detail.text, detail));
