// Shows what the workshop sends; two of one tag are one.
self.addEventListener('push', (event) => {
  const told = event.data ? event.data.json() : {};
  const shown = { body: told.body || '', tag: told.tag, lang: told.lang, data: { url: told.url || '__HOME__' } };
  event.waitUntil(self.registration.showNotification(told.title || '', shown));
});
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
