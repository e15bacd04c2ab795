// What was tapped is not lost with the connection. A form with `data-keep` is written down on this device first, photos
// and all, then sent; without a connection it waits and goes as soon as there is one again. The form's key makes sending
// it twice harmless on the server; one lock makes this browser send it once.
import { openDB } from 'idb';
import { show } from './messages.js';

const words = document.getElementById('kept')?.dataset;
const STORE = 'outbox';
const token = () => document.querySelector('meta[name="csrf-token"]').content;
let opened;

const database = () => {
  opened ??= openDB('ronde', 1, { upgrade: (db) => db.createObjectStore(STORE, { keyPath: 'key' }) });
  return opened;
};
const all = async () => (await (await database()).getAll(STORE)).sort((one, other) => one.at - other.at);
const keep = async (entry) => (await database()).put(STORE, entry);
const forget = async (key) => (await database()).delete(STORE, key);

function body({ entries }) {
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value, ...(value instanceof File ? [value.name] : []));
  data.set('csrf_token', token());
  return data;
}

// What the server says: done (an address to go to), refused (a page that says why), or nothing yet.
async function send(entry) {
  let answer;
  try {
    answer = await fetch(entry.url, { method: 'POST', body: body(entry), headers: { 'HX-Request': 'true' }, signal: AbortSignal.timeout(60000) });
  } catch {
    return {};
  }
  const address = answer.headers.get('HX-Redirect');
  if (answer.status === 204 && address) return { address };
  if ([404, 409, 422].includes(answer.status)) return { page: await answer.text() };
  return { isAsleep: answer.redirected || [400, 401, 403].includes(answer.status) };
}

const sentence = (page) => new DOMParser().parseFromString(page, 'text/html').querySelector('.error, .notice-late, .empty-title')?.textContent.trim();

// The page that says why, in place of this one; the photos that were chosen are still chosen.
function put(page, form) {
  const files = [...form.querySelectorAll('input[type="file"]')].filter((input) => input.files.length);
  const main = new DOMParser().parseFromString(page, 'text/html').querySelector('main');
  if (!main) return show(sentence(page) ?? words.refused, { isLate: true });
  document.querySelector('main').replaceWith(main);
  for (const { name, files: chosen } of files) {
    const input = main.querySelector(`input[type="file"][name="${CSS.escape(name)}"]`);
    if (input) { input.files = chosen; input.dispatchEvent(new Event('change', { bubbles: true })); }
  }
  document.dispatchEvent(new Event('htmx:after:swap'));
  (main.querySelector('[aria-invalid="true"]') ?? main.querySelector('.notice-late') ?? main).focus();
  return tell();
}

async function submit(form, submitter) {
  form.elements.tapped_at.value = new Date().toISOString();
  const entry = { key: form.elements.key.value, url: form.action, label: form.dataset.keep, at: Date.now(), entries: [...new FormData(form, submitter)] };
  await keep(entry);
  const { address, page, isAsleep } = await navigator.locks.request(STORE, () => send(entry));
  if (address || page) await forget(entry.key);
  delete form.dataset.sent;
  if (address) location.href = address;
  else if (page) put(page, form);
  else { await tell(); show(isAsleep ? words.asleep : words.waits, { isLate: true }); }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!words || form.dataset.keep === undefined || !('indexedDB' in window)) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = 'yes';
  submit(form, event.submitter).catch(() => form.submit());
}, true);

// What waits, one after the other, oldest first; what was refused stays until a person looks at it.
async function flush() {
  await navigator.locks.request(STORE, async () => {
    for (const entry of await all()) {
      if (entry.refused) continue;
      const { address, page } = await send(entry);
      if (address) {
        await forget(entry.key);
        show(words.gone.replace('{what}', entry.label));
        // whoever still looks at the form sees what came of it
        if (document.querySelector('form[data-keep]')?.elements.key.value === entry.key) location.href = address;
      }
      else if (page) await keep({ ...entry, refused: sentence(page) ?? words.refused });
      else return;
    }
  });
  await tell();
}

function button(text, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'button button-plain';
  made.textContent = text;
  made.addEventListener('click', act);
  return made;
}

function row(entry) {
  const made = document.createElement('li');
  const title = document.createElement('span');
  const hint = document.createElement('span');
  title.className = 'strong';
  title.textContent = entry.label;
  hint.className = 'hint';
  hint.textContent = `${new Date(entry.at).toLocaleString(document.documentElement.lang)} · ${entry.refused ?? words.waiting}`;
  const again = async () => { await keep({ ...entry, refused: undefined }); await flush(); };
  const away = async () => { await forget(entry.key); await tell(); };
  made.append(title, entry.refused ? button(words.away, away) : button(words.again, again), hint);
  if (entry.refused) made.append(button(words.again, again));
  return made;
}

async function tell() {
  const waiting = await all();
  const bar = document.querySelector('[data-kept-bar]');
  if (!bar) return;
  bar.hidden = !waiting.length;
  bar.querySelector('[data-kept-count]').textContent = waiting.length;
  document.querySelector('[data-kept-list]').replaceChildren(...waiting.map(row));
}

if (words && 'indexedDB' in window) {
  addEventListener('online', flush);
  setInterval(async () => { if ((await all()).some((entry) => !entry.refused)) flush(); }, 15000);
  all().then((waiting) => (waiting.length ? flush() : tell()), () => {});
}
