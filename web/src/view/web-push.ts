import type { Chat } from '../state/chat.ts'
import { hashOf } from '../state/route.ts'

/**
 * Subscribes this browser to Web Push as the user. The server at `pushUrl` gives its VAPID key for a GET, as
 * `{"publicKey"}`, and receives `{"token","subscription"}` by POST. When it later pushes to the subscription, the
 * service worker shows that.
 *
 * @returns a function that ends what this page does for it. `endPushes` ends the subscription itself
 * @throws Error when the browser or the server refuses
 */
export async function subscribe(chat: Chat): Promise<() => void> {
  const { pushUrl = '', getToken } = chat.options
  const { serviceWorker } = navigator as Partial<Navigator>
  // Browsers would ask for permission, which needs a click.
  if (!serviceWorker || !getToken || Notification.permission !== 'granted') return () => {}
  const registration = await serviceWorker.ready
  const { publicKey } = (await (await ask(pushUrl)).json()) as { publicKey: string }
  const enrol = async () => {
    const subscription = await subscriptionOf(registration, publicKey)
    await ask(pushUrl, { method: 'POST', body: JSON.stringify({ token: await getToken(), subscription }) })
  }
  await enrol()

  chat.showAsPush = (title, body, { key, room, route }) => {
    const url = new URL(hashOf(route), window.location.href).href
    registration.showNotification(title, { body, tag: room?.id ?? key, data: { url } }).catch(reportError)
  }
  const look = async () => {
    for (const shown of await registration.getNotifications()) shown.close()
    // A browser has one subscription, and whoever signs out in another tab ends it.
    if ((await registration.pushManager.getSubscription()) === null) await enrol()
  }
  const onVisible = () => {
    if (document.visibilityState === 'visible') look().catch(reportError)
  }
  document.addEventListener('visibilitychange', onVisible)
  return () => {
    document.removeEventListener('visibilitychange', onVisible)
    chat.showAsPush = undefined
  }
}

async function subscriptionOf(
  { pushManager }: ServiceWorkerRegistration,
  publicKey: string,
): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: publicKey }
  try {
    return await pushManager.subscribe(options)
  } catch (error) {
    const old = await pushManager.getSubscription()
    if (!old || (error as Error).name !== 'InvalidStateError') throw error
    // It is for another key, which the server had before.
    await old.unsubscribe()
    return pushManager.subscribe(options)
  }
}

async function ask(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`unable to subscribe to pushes; the server answered ${response.status}`)
  return response
}
