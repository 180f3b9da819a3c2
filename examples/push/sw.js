/* The service worker: it runs without the page, when a push comes. */

self.addEventListener('push', (event) => {
  const { title, body, chatRoomId, url } = event.data.json()
  // One notification for each room, the newest.
  event.waitUntil(self.registration.showNotification(title, { body, tag: chatRoomId, data: { url } }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(self.clients.openWindow(event.notification.data.url))
})
