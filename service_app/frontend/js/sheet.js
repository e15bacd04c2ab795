// The driver's sheet without a connection: each tap is written down on this device first, with its own key and the hour this
// device shows, then sent, oldest first. One lock makes this browser send it once; the key makes twice harmless.
import { openDB } from 'idb';
import { prepare } from './signing.js';

const sheet = document.querySelector('[data-sheet]');
const words = sheet.dataset;
const said = JSON.parse(words.words);
const STORE = 'acts';
const ODD = 20;
const ENDS = ['done', 'partly', 'failed'];
let opened;

const database = () => {
  opened ??= openDB('ronde-sheet', 1, { upgrade: (db) => db.createObjectStore(STORE, { keyPath: 'key' }) });
  return opened;
};
const all = async () => (await (await database()).getAll(STORE)).sort((one, other) => one.order - other.order);
const mine = async () => (await all()).filter((act) => act.round === words.sheet);

function body(act) {
  const data = new FormData();
  for (const [name, value] of act.entries) data.append(name, value, ...(value instanceof File ? [value.name] : []));
  data.set('csrf_token', document.querySelector('meta[name="csrf-token"]').content);
  data.set('key', act.key);
  data.set('at', act.at);
  return data;
}

async function send(act) {
  try {
    const answer = await fetch(act.url, { method: 'POST', body: body(act), headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(60000) });
    if (answer.ok && !answer.redirected) return { isDone: true };
    if ([404, 409, 422].includes(answer.status)) return { refused: (await answer.json()).refused };
  } catch { /* no connection, or an answer that is none: it waits */ }
  return {};
}

async function flush() {
  await navigator.locks.request(STORE, async () => {
    for (const act of await all()) {
      if (act.refused) continue;
      const { isDone, refused } = await send(act);
      if (isDone) await (await database()).delete(STORE, act.key);
      else if (refused) await (await database()).put(STORE, { ...act, refused });
      else break;
    }
  });
  await tell();
}

// What stands on the page is what was tapped, sent or not.
async function tell() {
  const acts = await mine();
  const waiting = acts.filter((act) => !act.refused);
  const line = document.querySelector('[data-queue]');
  line.textContent = waiting.length ? words.waits.replace('{count}', waiting.length) : words.sent;
  line.dataset.count = waiting.length;
  line.className = waiting.length ? 'notice notice-due' : 'hint';
  // seen at every stop, however far down the page
  Object.assign(line.style, waiting.length ? { position: 'sticky', top: '8px', zIndex: 2 } : { position: '', top: '', zIndex: '' });
  for (const act of acts) {
    const form = document.querySelector(`form[data-act][action="${CSS.escape(act.url)}"], form[data-act][action="${act.url}"]`);
    if (!form) continue;
    if (act.refused) error(form, act.refused);
    else mark(form, act.act);
  }
}

function mark(form, act) {
  const state = form.closest('section').querySelector('[data-state]');
  if (said[act]) {
    const [tone, word] = said[act];
    const badge = Object.assign(document.createElement('span'), { className: `state state-${tone}`, textContent: word });
    state.replaceChildren(badge);
  }
  if (ENDS.includes(act)) form.hidden = true;
}

function error(form, text) {
  const line = form.querySelector('[data-error]');
  line.textContent = text;
  line.hidden = !text;
}

// Grams for kilograms, or the other way round, is asked about where the scale still stands.
function isOdd(form) {
  const grams = Number(form.elements.kg.value.replace(',', '.')) * 1000;
  const expected = Number(form.dataset.expected);
  return !form.elements.sure.checked && grams > 0 && expected > 0 && (grams > expected * ODD || grams < expected / ODD);
}

async function tap(form, submitter) {
  if (submitter.value === 'failed' && !form.elements.reason.value) return error(form, words.reason);
  if (isOdd(form)) return error(form, words.odd);
  error(form, '');
  const entries = [...new FormData(form, submitter)].filter(([name, value]) => name !== 'csrf_token' && !(value instanceof File && !value.name));
  const act = { key: crypto.randomUUID(), round: words.sheet, url: form.getAttribute('action'), act: submitter.value, at: new Date().toISOString(), order: Date.now() + performance.now() / 1e6, entries };
  await (await database()).put(STORE, act);
  mark(form, act.act);
  await flush();
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.act === undefined || !('indexedDB' in window)) return;
  event.preventDefault();
  tap(form, event.submitter).catch(() => form.submit());
});
// A pad has a size only once its part of the form is open.
document.addEventListener('toggle', (event) => {
  const field = event.target.open && event.target.querySelector('[data-signature=""]');
  if (!field) return;
  field.dataset.signature = 'ready';
  prepare(field);
}, true);
addEventListener('online', flush);
setInterval(async () => { if ((await all()).some((act) => !act.refused)) flush(); }, 15000);

// Other rounds that this device kept and that are over: their own worker sleeps, so whoever opens the next sheet wipes them.
async function wipeOld() {
  for (const name of (await caches.keys()).filter((each) => each.startsWith('sheet:'))) {
    const cache = await caches.open(name);
    const until = await cache.match(new URL(`${name.slice(6)}until`, location.origin));
    if (until && Date.now() >= Number(await until.text())) await caches.delete(name);
  }
}

async function stay() {
  await wipeOld();
  const worker = await navigator.serviceWorker.register(words.worker, { scope: new URL('.', new URL(words.worker, location.href)).pathname });
  const { active } = await navigator.serviceWorker.ready;
  if (words.open !== 'yes') {
    active.postMessage({ forget: true });
    return worker.unregister();
  }
  navigator.serviceWorker.addEventListener('message', () => { sheet.dataset.kept = 'yes'; });
  const parts = performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('/static/'));
  return active.postMessage({ until: words.until, keep: [location.href.split('#')[0], ...new Set(parts)] });
}

flush();
if ('serviceWorker' in navigator) stay().catch(() => {});
