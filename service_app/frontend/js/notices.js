// Notices on this phone: asks the browser, and tells the workshop where it is reached. Without a script there is e-mail.
const box = document.querySelector('[data-notices]');
const button = box?.querySelector('button');
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));

async function begin() {
  if ((await Notification.requestPermission()) !== 'granted') return say(box.dataset.refused);
  const worker = await navigator.serviceWorker.register(box.dataset.worker, { scope: box.dataset.scope });
  await navigator.serviceWorker.ready.catch(() => {});
  const wanted = { userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) };
  const made = (await worker.pushManager.subscribe(wanted)).toJSON();
  const form = new FormData(box.querySelector('form'));
  form.set('endpoint', made.endpoint);
  form.set('p256dh', made.keys.p256dh);
  form.set('auth', made.keys.auth);
  const answer = await fetch(box.querySelector('form').action, { method: 'POST', body: form });
  if (answer.ok) location.reload();
  else say(box.dataset.failed);
}

function say(text) {
  box.querySelector('[role=status]').textContent = text;
}

if (box && 'PushManager' in window && 'serviceWorker' in navigator) {
  box.hidden = false;
  button.addEventListener('click', (event) => {
    event.preventDefault();
    begin().catch(() => say(box.dataset.failed));
  });
}
