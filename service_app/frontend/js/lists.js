// Choosing rows: all of a page at once, a stretch with Shift, and how many they are. Without script each row has its tick.
let last = null;

const boxes = (scope) => [...scope.querySelectorAll('.pick input[name="row"]')];

function tell(results) {
  const all = boxes(results);
  const chosen = all.filter((box) => box.checked).length;
  const head = results.querySelector('[data-pick-all]');
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
  const said = results.querySelector('[data-pick-count]');
  if (said) said.textContent = said.dataset.pickCount.replace('#', chosen);
}

document.addEventListener('click', (event) => {
  const box = event.target.closest('.pick input');
  const results = box?.closest('.results');
  if (!results) return;
  const all = boxes(results);
  if (box.matches('[data-pick-all]')) {
    all.forEach((each) => { each.checked = box.checked; });
  } else {
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
    }
    last = box;
  }
  tell(results);
});
