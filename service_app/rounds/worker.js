// Keeps one round on the device: the page of the sheet as it was last, and what it is made of. It serves what lies under its
// own address and nothing else, until the day after the round is over: names and addresses stay on no phone. Sending is the
// page's business; here nothing is posted.
const CACHE = `sheet:${new URL(registration.scope).pathname}`;
const UNTIL = new URL('until', registration.scope).href;

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('message', (event) => {
  if (event.data.forget) event.waitUntil(caches.delete(CACHE));
  else if (event.data.keep) {
    event.waitUntil(caches.open(CACHE).then((cache) => Promise.all([cache.put(UNTIL, new Response(event.data.until)), ...event.data.keep.map((address) => store(cache, address))])).then(() => event.source.postMessage('kept')));
  }
});

async function store(cache, address) {
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (answer.ok && !answer.redirected) await cache.put(address, answer);
}

async function wipeWhenOver(cache) {
  const until = await cache.match(UNTIL);
  if (!until || Date.now() < Number(await until.text())) return;
  await Promise.all((await cache.keys()).map((kept) => cache.delete(kept)));
}

async function page(request) {
  const cache = await caches.open(CACHE);
  await wipeWhenOver(cache);
  const address = request.url.split('#')[0];
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await cache.put(address, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(address);
    if (kept) return kept;
    throw error;
  }
}

const file = async (request) => (await (await caches.open(CACHE)).match(request)) ?? fetch(request);

addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET') return;
  event.respondWith(event.request.mode === 'navigate' ? page(event.request) : file(event.request));
});
