// The pages of the scanner. A code comes from the camera, from a scanner that types, or from a hand; what is done with it
// depends on the form: look at one (htmx), keep a tally of many, or count into a stock-take.
import { forget, Tally } from './scanning/tally.js';
import { Count } from './scanning/count.js';
import { listen } from './scanning/wedge.js';
import { prepareCamera } from './scanning/viewfinder.js';

const form = document.querySelector('[data-scan]');

function one(field) {
  const ready = () => {
    field.select(); // the next code takes the place of this one
    document.querySelector('.hit-act')?.scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('htmx:after:swap', ready);
  ready();
  return { give: (code) => { field.value = code; form.requestSubmit(); } };
}

function own(field, keeper) {
  const give = (code) => {
    field.value = '';
    if (code.trim()) keeper.add(code.trim());
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    give(field.value);
  });
  return { give };
}

if (form) {
  const field = form.elements.code;
  const said = document.querySelector('[data-said]');
  const take = { one: () => one(field), many: () => own(field, new Tally(form, said)), count: () => own(field, new Count(form, said)) };
  const { give } = take[form.dataset.scan]();
  listen(field, give);
  prepareCamera(document.querySelector('[data-camera]'), give, said, field);
}

const done = document.querySelector('[data-tally-done]');
if (done) forget(done.dataset.tallyDone);
