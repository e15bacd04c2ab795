// The board's moves: a mouse drags, a finger presses long, Alt and an arrow step. What is planned is sent at once and the
// server's board put in; what is out only opens its card with the new end, for that costs money. Without this module a
// bar is a link to a page with the same form.
import htmx from 'htmx.org/dist/htmx.esm.min.js';
import { follow } from './drag.js';
import { lost, show } from './messages.js';

const dialog = document.getElementById('card');
const MINUTES = 60000;
let isBusy = false;

const wall = () => document.getElementById('board');
const view = () => encodeURIComponent(location.search);
const named = (key) => ['#board', '.tray'].map((where) => document.querySelector(`${where} [data-bar="${CSS.escape(key)}"]`)).find(Boolean);

// a moment on the workshop's clock, so many steps on: half an hour where hours are shown, else a day
export function stepped(at, steps) {
  const moment = new Date(`${at}Z`);
  moment.setTime(moment.getTime() + steps * (wall()?.dataset.view === 'day' ? 30 : 1440) * MINUTES);
  return moment.toISOString().slice(0, 16);
}

function put(html) {
  const made = document.createElement('template');
  made.innerHTML = html;
  const board = made.content.querySelector('#results');
  document.getElementById('results').replaceWith(board);
  htmx.process(board);
}

function open(html) {
  dialog.innerHTML = html;
  htmx.process(dialog);
  if (!dialog.open) dialog.showModal();
}

async function ask(address, body) {
  const headers = { 'HX-Request': 'true', 'X-CSRFToken': document.querySelector('meta[name="csrf-token"]').content };
  const response = await fetch(address, body ? { method: 'POST', headers, body } : { headers });
  if (response.redirected) location.href = response.url;
  return response;
}

async function once(act) {
  if (isBusy) return;
  isBusy = true;
  document.getElementById('results').classList.add('is-busy');
  try {
    await act();
  } catch {
    lost();
  } finally {
    isBusy = false;
    document.getElementById('results').classList.remove('is-busy');
  }
}

// a refusal of another kind (a missing right, too many questions) goes where the messages are
function told(html) {
  document.getElementById('toasts').insertAdjacentHTML('beforeend', html);
}

const card = (bar, ends) => once(async () => {
  const response = await ask(`${bar.href}?view=${view()}${ends ? `&ends=${encodeURIComponent(ends)}` : ''}`);
  if (response.ok) open(await response.text());
  else told(await response.text());
});

async function redraw() {
  const response = await ask(location.href);
  if (response.ok) put(await response.text());
}

const send = (bar, wish) => once(async () => {
  const { bar: key, version } = bar.dataset;
  const response = await ask(bar.href, new URLSearchParams({ version, view: location.search, ...wish }));
  const html = await response.text();
  if (response.ok) {
    put(html);
    const { toast } = JSON.parse(response.headers.get('HX-Trigger') ?? '{}');
    if (toast) show(toast.text, toast);
    named(key)?.focus();
  } else if (html.includes('card-body')) {
    open(html);
    await redraw();
  } else {
    told(html);
  }
});

function move(bar, steps, lane) {
  if (bar.dataset.moves === 'end') {
    if (steps) card(bar, stepped(bar.dataset.at, steps));
    return;
  }
  const wish = {};
  if (steps) wish.starts = stepped(bar.dataset.at, steps);
  if (lane && lane !== bar.closest('.lane')) wish.item = lane.dataset.lane;
  if (Object.keys(wish).length) send(bar, wish);
}

// the lane above or below that takes the same product
function beside(bar, by) {
  const own = bar.closest('.lane');
  const lanes = [...document.querySelectorAll('.lane')].filter((lane) => lane.dataset.group === bar.dataset.group || lane.dataset.group === own?.dataset.group);
  return own ? lanes[lanes.indexOf(own) + by] : lanes[0];
}

// plain arrows lead the focus: along the lane, and to the nearest bar of the lane above or below
function lead(bar, steps, by) {
  const all = [...wall().querySelectorAll('a.bar')];
  if (steps) return all[all.indexOf(bar) + steps];
  const middle = ({ left, width }) => left + width / 2;
  const here = middle(bar.getBoundingClientRect());
  const lanes = [...wall().querySelectorAll('.lane:not(.is-empty)')];
  const next = lanes[lanes.indexOf(bar.closest('.lane')) + by];
  const away = (other) => Math.abs(middle(other.getBoundingClientRect()) - here);
  return [...(next?.querySelectorAll('a.bar') ?? [])].sort((one, other) => away(one) - away(other))[0];
}

document.addEventListener('keydown', (event) => {
  const bar = !event.altKey && !event.ctrlKey && !event.metaKey && event.target.closest?.('#board a.bar');
  const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!bar || !arrow) return;
  event.preventDefault();
  lead(bar, ...arrow)?.focus();
});

document.addEventListener('keydown', (event) => {
  const bar = event.altKey && event.target.closest?.('[data-moves]');
  const [steps, by] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  if (!bar || (!steps && !by)) return;
  event.preventDefault();
  move(bar, steps, by ? beside(bar, by) : null);
});

// how it is moved is said of the one that has the focus, and not written hundreds of times
document.addEventListener('focusin', (event) => event.target.closest?.('[data-moves]')?.setAttribute('aria-describedby', 'board-keys'));

document.addEventListener('click', (event) => {
  const bar = event.target.closest('a[data-bar]');
  if (!bar || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  card(bar);
});

follow(move);
