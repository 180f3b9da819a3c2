/* Shows Web Push. It runs without the page. */

self.addEventListener('push', (event) => {
  const { title, body, chatRoomId, url } = event.data.json()
  // One notification for each room, the newest.
  event.waitUntil(self.registration.showNotification(title, { body, tag: chatRoomId, data: { url } }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data.url))
})

/** Goes there in a page that is open already, else in a new one. */
async function open(url) {
  const { origin, hash } = new URL(url, self.registration.scope)
  const pages = await self.clients.matchAll({ type: 'window' })
  const page = pages.find((page) => new URL(page.url).origin === origin)
  if (page === undefined) return self.clients.openWindow(url)
  page.postMessage({ kind: 'open', hash })
  return page.focus()
}
