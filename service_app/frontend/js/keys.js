// Single keys: g and a letter goes, n is the page's main action, ? lists them. They can be switched off, and never act
// while somebody types or a dialog is open.
const SWITCH = 'ronde.keys';
const MEANT_TOGETHER = 1200;
let wentAt = -Infinity;

// off for the person, or on this machine alone
const isOff = document.body.dataset.keys === 'off';
const isOn = () => !isOff && localStorage.getItem(SWITCH) !== 'off';
// a dialog that has just closed may still hold the focus for a moment
const isTyping = (target) => !target.closest('dialog:not([open])') && target.closest('input, select, textarea, [contenteditable], dialog');

function act(key) {
  if (performance.now() - wentAt < MEANT_TOGETHER) {
    wentAt = -Infinity;
    return document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  }
  if (key === 'g') wentAt = performance.now();
  if (key === 'n') return document.querySelector('[data-main-action] .button-main');
  if (key === '?') return document.querySelector('[commandfor="keys"]');
  return null;
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
  if (!isOn() || isTyping(event.target) || document.querySelector('dialog[open]')) return;
  const found = act(event.key);
  if (!found) return;
  event.preventDefault();
  found.click();
});

const box = document.querySelector('[data-keys-switch]');
if (box) {
  box.checked = isOn();
  box.disabled = isOff;
  box.addEventListener('change', () => localStorage.setItem(SWITCH, box.checked ? 'on' : 'off'));
}

export { isOn, isTyping };
