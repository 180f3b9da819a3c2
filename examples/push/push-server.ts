import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { Webhook } from 'standardwebhooks'
import webPush, { type PushSubscription, type VapidKeys } from 'web-push'

export interface PushServerOptions {
  /** The address of Tabletalk's server API and key set: `http://localhost:8080`. */
  chatUrl: string
  /** Returns a token with the scope `tabletalk:server`. */
  getToken: () => Promise<string>
  /** The webhook's secret, `whsec_…`. */
  secret: string
  vapid: VapidKeys
  /** How a push service can contact the operator about these pushes: a `mailto:` or `https:` address. */
  contact: string
  /** How many milliseconds to wait before a push, which isn't sent if the message is read meanwhile. Default 10,000. */
  delayMs?: number
  log?: (line: string) => void
}

/** The part of the `data` of `push.wanted` that is used here. */
interface PushWanted {
  chatRoomId: string
  messageId: string
  senderId: string
  reason: 'message' | 'mention' | 'thread'
  preview?: string
  userIds: string[]
}

interface Unread {
  rooms: Record<string, { readSeq: number }>
}

interface Users {
  users: { name?: string }[]
}

/** How many seconds a push service keeps a push for a device that is switched off. */
const TTL = 86_400

/**
 * Sends Web Push to the users whom `push.wanted` names. `POST /hook` is the webhook, and `/subscriptions` is where the
 * chat's page subscribes. Subscriptions are kept in memory here; keep them in your database, by user.
 */
export function createPushServer({ delayMs = 10_000, log = () => {}, ...options }: PushServerOptions): Server {
  const { chatUrl, getToken, vapid, contact } = options
  const webhook = new Webhook(options.secret)
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', chatUrl))
  const subscriptions = new Map<string, Map<string, PushSubscription>>()
  /** The ids of the events that were handled, because an event may arrive twice. */
  const seen = new Set<string>()

  /** Sends an action to the server API. */
  async function ask<Reply>(action: string, frame: object): Promise<Reply> {
    const response = await fetch(new URL(`/v1/${action}`, chatUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${await getToken()}`, 'content-type': 'application/json' },
      body: JSON.stringify(frame),
    })
    if (!response.ok) throw new Error(`unable to ${action}; the chat answered ${response.status}`)
    return ((await response.json()) as { data: Reply }).data
  }

  /** Whether the user has not read the message yet. False for a user who has left the room. */
  async function isUnread(userId: string, { chatRoomId, messageId, reason }: PushWanted): Promise<boolean> {
    const seq = Number(messageId)
    const { rooms } = await ask<Unread>('getUnread', { heads: { [chatRoomId]: seq }, asUserId: userId })
    const readSeq = rooms[chatRoomId]?.readSeq ?? Infinity
    return readSeq < seq || (reason === 'thread' && readSeq !== Infinity)
  }

  async function wake(wanted: PushWanted): Promise<void> {
    const { chatRoomId, senderId, preview = 'New message' } = wanted
    const { users } = await ask<Users>('getUsers', { userIds: [senderId] })
    const title = users[0]?.name ?? senderId
    const url = `${chatUrl}/#/room/${encodeURIComponent(chatRoomId)}`
    const payload = JSON.stringify({ title, body: preview, chatRoomId, url })
    for (const userId of wanted.userIds) {
      const devices = subscriptions.get(userId)
      if (devices === undefined || devices.size === 0 || !(await isUnread(userId, wanted))) continue
      await Promise.all([...devices.values()].map((device) => push(userId, device, payload)))
    }
  }

  async function push(userId: string, device: PushSubscription, payload: string): Promise<void> {
    const vapidDetails = { subject: contact, ...vapid }
    const { endpoint, method, headers, body } = webPush.generateRequestDetails(device, payload, { TTL, vapidDetails })
    const { status } = await fetch(endpoint, { method, headers: headers as Record<string, string>, body })
    // The browser has dropped the subscription.
    if (status === 404 || status === 410) subscriptions.get(userId)?.delete(device.endpoint)
    else if (status > 299) throw new Error(`unable to push; the push service answered ${status}`)
  }

  async function takeEvent(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const headers = req.headers as Record<string, string>
    const { type, data } = webhook.verify(await textOf(req), headers) as { type: string; data: PushWanted }
    const id = headers['webhook-id']!
    if (type === 'push.wanted' && !seen.has(id)) {
      seen.add(id)
      setTimeout(() => {
        wake(data).catch((error: unknown) => log(String(error)))
      }, delayMs)
    }
    res.writeHead(204).end()
  }

  /** Takes the user from the verified token, so that nobody can subscribe to another user's pushes. */
  async function subscribe(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { token, subscription } = JSON.parse(await textOf(req)) as { token: string; subscription: PushSubscription }
    const { payload } = await jwtVerify(token, keys)
    const userId = payload.sub ?? ''
    // Another user may have been signed in to this browser before.
    for (const devices of subscriptions.values()) devices.delete(subscription.endpoint)
    const devices = subscriptions.get(userId) ?? new Map<string, PushSubscription>()
    subscriptions.set(userId, devices.set(subscription.endpoint, subscription))
    log(`${userId} has ${devices.size} subscriptions`)
    res.writeHead(204).end()
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname } = new URL(req.url ?? '/', 'http://localhost')
    if (req.method === 'POST' && pathname === '/hook') return takeEvent(req, res)
    if (pathname !== '/subscriptions') return void res.writeHead(404).end()
    // The page has another origin.
    res.setHeader('access-control-allow-origin', new URL(chatUrl).origin)
    if (req.method === 'POST') return subscribe(req, res)
    res.end(JSON.stringify({ publicKey: vapid.publicKey }))
  }

  return createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      log(String(error))
      res.writeHead(400).end()
    })
  })
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req as AsyncIterable<Buffer>) text += chunk.toString()
  return text
}
