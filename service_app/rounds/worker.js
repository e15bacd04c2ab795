// Keeps one round on the device: the page of the sheet as it was last, and what it is made of. It serves what lies under its
// own address and nothing else. Sending is the page's business; here nothing is posted.
const CACHE = `sheet:${new URL(registration.scope).pathname}`;

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('message', (event) => {
  if (event.data.forget) event.waitUntil(caches.delete(CACHE));
  else if (event.data.keep) {
    event.waitUntil(caches.open(CACHE).then((cache) => Promise.all(event.data.keep.map((address) => store(cache, address)))).then(() => event.source.postMessage('kept')));
  }
});

async function store(cache, address) {
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (answer.ok && !answer.redirected) await cache.put(address, answer);
}

async function page(request) {
  const cache = await caches.open(CACHE);
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
