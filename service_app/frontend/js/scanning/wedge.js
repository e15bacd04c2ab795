// A scanner that types: a burst of keys that ends in Enter, wherever the focus is. On these pages letters belong to the code
// field, not to the single keys; in another field a burst is recognised by its pace and taken out again.
const PACE = 40; // ms between two keys; a quick typist needs 80 and more
const LEAST = 4;

const writes = (target) => target.closest('input:not([type="radio"], [type="checkbox"], [type="submit"], [type="button"]), textarea, select, [contenteditable]');

export function listen(field, give) {
  let burst = '';
  let at = 0;

  function elsewhere(event) {
    if (event.key === 'Enter') {
      const scanned = burst;
      burst = '';
      if (scanned.length < LEAST || event.timeStamp - at > PACE) return;
      event.preventDefault();
      event.stopPropagation();
      const { target } = event;
      if (target.value?.endsWith(scanned)) target.value = target.value.slice(0, -scanned.length);
      give(scanned);
    } else if (event.key.length === 1) {
      burst = event.timeStamp - at > PACE ? event.key : burst + event.key;
      at = event.timeStamp;
    }
  }

  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') || event.target === field) return;
    if (writes(event.target)) elsewhere(event);
    else if (event.key.length === 1 && event.key !== ' ') {
      event.stopPropagation(); // the key goes into the field that has the focus now
      field.focus();
      field.select();
    }
  }, true);
}
