// A day's rounds moved by hand: a mouse drags a stop, a finger presses long, Alt and an arrow step. What is dropped is sent at
// once and the server's rounds put in; what does not fit is said and nothing moves. Without this module each stop has a form.
import htmx from 'htmx.org/dist/htmx.esm.min.js';
import { lost, show } from './messages.js';

const LONG_PRESS = 400;
const A_MOVE = 5;
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
let held = null;
let isBusy = false;

const laneOf = (element) => element?.closest('[data-lane]');
const rowOf = (id) => document.querySelector(`[data-stop="${CSS.escape(id)}"]`);
const rowsOf = (lane) => [...lane.querySelectorAll('tr[data-seq]')];

function put(html) {
  const made = document.createElement('template');
  made.innerHTML = html;
  const rides = made.content.querySelector('#rides');
  document.getElementById('rides').replaceWith(rides);
  htmx.process(rides);
}

// the seq that a stop gets before `row` (or at the end): its own place counts no more
function placeBefore(row, stop, lane) {
  if (!row) return 99;
  const isBelow = laneOf(stop) === lane && +stop.dataset.seq < +row.dataset.seq;
  return +row.dataset.seq - (isBelow ? 1 : 0);
}

async function send(stop, lane, seq) {
  if (isBusy || (laneOf(stop) === lane && seq === +stop.dataset.seq)) return;
  isBusy = true;
  const { stop: id, version, move } = stop.dataset;
  const body = new URLSearchParams({ version, round: lane.dataset.lane, seq });
  const headers = { 'HX-Request': 'true', 'X-CSRFToken': document.querySelector('meta[name="csrf-token"]').content };
  try {
    const response = await fetch(move, { method: 'POST', headers, body });
    if (response.redirected) location.href = response.url;
    const html = await response.text();
    if (response.ok) {
      put(html);
      const { toast } = JSON.parse(response.headers.get('HX-Trigger') ?? '{}');
      if (toast) show(toast.text, toast);
    } else {
      document.getElementById('toasts').insertAdjacentHTML('beforeend', html);
    }
    rowOf(id)?.querySelector('a')?.focus();
  } catch {
    lost();
  } finally {
    isBusy = false;
  }
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') letGo();
  const stop = event.altKey && event.target.closest?.('[data-stop]');
  const [by, over] = STEPS[event.key] ?? [0, 0];
  if (!stop || (!by && !over)) return;
  event.preventDefault();
  const lanes = [...document.querySelectorAll('[data-lane]')];
  const lane = over ? lanes[lanes.indexOf(laneOf(stop)) + over] : laneOf(stop);
  const next = by ? rowsOf(lane)[rowsOf(lane).indexOf(stop) + by] : null;
  if (over && lane) send(stop, lane, Math.min(+stop.dataset.seq, rowsOf(lane).length + 1));
  else if (next) send(stop, lane, +next.dataset.seq);
});

const lift = (given) => {
  given.isLifted = true;
  given.stop.style.opacity = '0.5';
  document.documentElement.style.cursor = 'grabbing';
};

// where it would fall: a line over that row (a row of a table shows none itself, its cells do) or at the end of the lane
function mark(row, lane) {
  for (const each of held.marked ?? []) each.style.boxShadow = '';
  const isMoved = row && row !== held.stop;
  held.marked = isMoved ? [...row.cells] : lane && !row ? [lane] : [];
  for (const each of held.marked) each.style.boxShadow = `inset 0 ${isMoved ? 3 : -3}px 0 0 var(--ink)`;
}

function letGo() {
  const given = held;
  if (!given) return null;
  clearTimeout(given.timer);
  given.stop.style.opacity = '';
  document.documentElement.style.cursor = '';
  mark();
  held = null;
  return given.isLifted ? given : null;
}

document.addEventListener('pointerdown', (event) => {
  const stop = event.target.closest('[data-stop]');
  if (!stop || !event.isPrimary || event.button || event.target.closest('a, button, input, select, form')) return;
  held = { stop, x: event.clientX, y: event.clientY, isTouch: event.pointerType === 'touch' };
  if (held.isTouch) held.timer = setTimeout(() => held && lift(held), LONG_PRESS);
});

document.addEventListener('pointermove', (event) => {
  if (!held) return;
  if (!held.isLifted && Math.hypot(event.clientX - held.x, event.clientY - held.y) > A_MOVE) {
    if (held.isTouch) letGo();
    else lift(held);
  }
  if (!held?.isLifted) return;
  getSelection().removeAllRanges();
  const under = document.elementFromPoint(event.clientX, event.clientY);
  held.lane = laneOf(under);
  held.row = held.lane ? under.closest('tr[data-seq]') : null;
  mark(held.row, held.lane);
});

document.addEventListener('pointerup', () => {
  const given = letGo();
  const stop = given && rowOf(given.stop.dataset.stop);
  if (stop && given.lane && given.row !== stop) send(stop, given.lane, placeBefore(given.row, stop, given.lane));
});

for (const name of ['pointercancel', 'blur']) addEventListener(name, letGo);
// a finger that carries something does not scroll; that must be said before the browser decides
document.addEventListener('touchmove', (event) => {
  if (held?.isLifted) event.preventDefault();
}, { passive: false });
document.addEventListener('contextmenu', (event) => {
  if (held?.isTouch) event.preventDefault();
});
document.addEventListener('dragstart', (event) => {
  if (held) event.preventDefault();
});
