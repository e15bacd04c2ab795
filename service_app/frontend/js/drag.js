// Following a pointer that moves a bar of the board: a mouse at once, a finger after a long press (before that it scrolls).
const LONG_PRESS = 400;
const A_MOVE = 5;
let held = null;

function lift(given) {
  const { bar } = given;
  const board = document.getElementById('board');
  const track = board.querySelector('.lane:not(.is-empty) .track, .track');
  const { left, top, width, height } = bar.getBoundingClientRect();
  const count = board.dataset.view === 'day' ? board.dataset.hours * 2 : +board.dataset.days;
  const own = bar.closest('.lane');
  const ghost = bar.cloneNode(true);
  ghost.removeAttribute('data-bar');
  ghost.classList.add('ghost');
  Object.assign(ghost.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  document.body.append(ghost);
  bar.classList.add('is-lifted');
  board.classList.add('is-moving');
  const group = bar.dataset.group ?? own.dataset.group;
  const lanes = given.moves === 'end' ? [own] : [...board.querySelectorAll('.lane')].filter((lane) => lane.dataset.group === group);
  lanes.forEach((lane) => lane.classList.add('may-take'));
  Object.assign(given, { ghost, board, own, left, top, width, step: track.clientWidth / count, steps: 0, lane: own, isLifted: true });
}

function carry(given, x, y) {
  const { ghost, own, step, moves } = given;
  const under = document.elementFromPoint(x, y)?.closest('.lane.may-take');
  const lane = under ?? own;
  given.steps = own ? Math.round((x - given.x) / step) : 0;
  given.lane?.classList.remove('is-target');
  given.lane = lane;
  lane?.classList.add('is-target');
  if (moves === 'end') {
    ghost.style.width = `${Math.max(given.width + given.steps * step, 8)}px`;
  } else if (own) {
    ghost.style.left = `${given.left + given.steps * step}px`;
    ghost.style.top = `${given.top + lane.getBoundingClientRect().top - own.getBoundingClientRect().top}px`;
  } else {
    Object.assign(ghost.style, { left: `${x - 20}px`, top: `${y - 18}px` });
  }
}

function letGo() {
  const given = held;
  held = null;
  clearTimeout(given?.timer);
  if (!given?.isLifted) return null;
  given.ghost.remove();
  given.bar.classList.remove('is-lifted');
  given.board.classList.remove('is-moving');
  given.board.querySelectorAll('.may-take, .is-target').forEach((lane) => lane.classList.remove('may-take', 'is-target'));
  return given;
}

// the click that follows a drop opens no card
function swallowClick() {
  const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
  addEventListener('click', stop, { capture: true, once: true });
  setTimeout(() => removeEventListener('click', stop, { capture: true }), 50);
}

export function follow(move) {
  document.addEventListener('pointerdown', (event) => {
    const bar = event.target.closest('[data-moves]');
    // on a phone the lanes are a list, in which nothing has a place
    const isOnTheWall = bar && (getComputedStyle(bar).position === 'absolute' || bar.closest('.tray'));
    if (!isOnTheWall || !event.isPrimary || event.button || !document.getElementById('board')) return;
    held = { bar, moves: bar.dataset.moves, x: event.clientX, y: event.clientY, isTouch: event.pointerType === 'touch' };
    if (held.isTouch) held.timer = setTimeout(() => held && lift(held), LONG_PRESS);
  });

  document.addEventListener('pointermove', (event) => {
    if (!held) return;
    const isFar = Math.hypot(event.clientX - held.x, event.clientY - held.y) > A_MOVE;
    if (!held.isLifted && isFar) {
      if (held.isTouch) letGo();
      else lift(held);
    }
    if (held?.isLifted) carry(held, event.clientX, event.clientY);
  });

  document.addEventListener('pointerup', () => {
    const given = letGo();
    if (!given) return;
    swallowClick();
    move(given.bar, given.steps, given.lane);
  });

  for (const name of ['pointercancel', 'blur']) addEventListener(name, letGo);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') letGo();
  });
  // a finger that carries something does not scroll; that must be said before the browser decides
  document.addEventListener('touchmove', (event) => {
    if (held?.isLifted) event.preventDefault();
  }, { passive: false });
  document.addEventListener('contextmenu', (event) => {
    if (held?.isTouch) event.preventDefault();
  });
  document.addEventListener('dragstart', (event) => {
    if (event.target.closest?.('[data-bar]')) event.preventDefault();
  });
}
