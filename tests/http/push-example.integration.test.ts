import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { Webhook } from 'standardwebhooks'
import { afterAll, expect, test } from 'vitest'
import webPush from 'web-push'
import { createPushServer } from '../../examples/push/push-server.ts'
import { listen, originOf } from '../../local/http.ts'
import { givenRoom } from '../support/given-room.ts'
import { settled } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { SECRET } from '../support/webhook-consumer.ts'

/** The requests that a fake push service of a browser received. */
const pushes: { body: Buffer; headers: Record<string, string> }[] = []
const waiting = new Set<() => void>()
const pushService = createServer((req, res) => {
  const chunks: Buffer[] = []
  req.on('data', (chunk: Buffer) => chunks.push(chunk))
  req.on('end', () => {
    pushes.push({ body: Buffer.concat(chunks), headers: req.headers as Record<string, string> })
    for (const resolve of waiting) resolve()
    res.writeHead(201).end()
  })
})
const pushOrigin = originOf('127.0.0.1', await listen(pushService, 0, '127.0.0.1'))

// The chat needs the webhook's address, and the webhook the chat's.
const vapid = webPush.generateVAPIDKeys()
const webhook = createServer()
const webhookOrigin = originOf('127.0.0.1', await listen(webhook, 0, '127.0.0.1'))
const chat = await useChat({
  bus: { subscribers: [{ url: `${webhookOrigin}/hook`, events: ['push.wanted'] }], secret: SECRET },
  environment: { PUSH: 'previews' },
  followups: { maximumBatchingWindowInSeconds: 0 },
})
const errors: string[] = []
const example = createPushServer({
  ...{ chatUrl: chat.url, secret: SECRET, vapid, contact: 'mailto:push@example.com', delayMs: 0 },
  getToken: () => chat.token('push', { scope: 'tabletalk:server' }),
  log: (line) => (line.includes('unable') || line.includes('rror') ? errors.push(line) : undefined),
})
webhook.on('request', (req, res) => example.emit('request', req, res))
afterAll(() => {
  for (const server of [webhook, pushService]) server.close().closeAllConnections()
})

/** Creates a browser that has subscribed as a user, as the page does. */
async function subscribed(userId: string, endpoint = `${pushOrigin}/${userId}`) {
  const ecdh = createECDH('prime256v1')
  const auth = randomBytes(16)
  const keys = { p256dh: ecdh.generateKeys('base64url'), auth: auth.toString('base64url') }
  const subscription = { endpoint, keys }
  const body = JSON.stringify({ token: await chat.token(userId), subscription })
  expect((await fetch(`${webhookOrigin}/subscriptions`, { method: 'POST', body })).status).toBe(204)
  return { ecdh, auth }
}

/** Decrypts a push as a browser does: RFC 8291 over RFC 8188, one record. */
function decrypted(body: Buffer, { ecdh, auth }: Awaited<ReturnType<typeof subscribed>>): unknown {
  const [salt, idLength] = [body.subarray(0, 16), body[20]!]
  const sender = body.subarray(21, 21 + idLength)
  const sealed = body.subarray(21 + idLength)
  const derive = (key: Uint8Array, withSalt: Uint8Array, info: Uint8Array | string, length: number) =>
    Buffer.from(hkdfSync('sha256', key, withSalt, info, length))
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender])
  const secret = derive(ecdh.computeSecret(sender), auth, info, 32)
  const key = derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16)
  const nonce = derive(secret, salt, 'Content-Encoding: nonce\0', 12)
  const decipher = createDecipheriv('aes-128-gcm', key, nonce)
  decipher.setAuthTag(sealed.subarray(-16))
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  return JSON.parse(padded.subarray(0, padded.lastIndexOf(2)).toString())
}

async function atLeast(count: number): Promise<void> {
  while (pushes.length < count) await new Promise<void>((resolve) => waiting.add(resolve))
}

test('a message wakes the browser of who is away, encrypted for it and signed by VAPID, and no other', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const browser = await subscribed(userIds[1])
  await subscribed(userIds[0])
  await ada.request({ action: 'setProfile', name: 'Ada Lovelace' })
  await bob.close()
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'are you there?' })
  await atLeast(1)
  const [push] = pushes
  expect(decrypted(push!.body, browser)).toEqual({
    title: 'Ada Lovelace',
    body: 'are you there?',
    chatRoomId: room,
    url: `${chat.url}/#/room/${room}`,
  })
  const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=(.+)$/.exec(push!.headers.authorization!) ?? []
  expect(key).toBe(vapid.publicKey)
  const point = Buffer.from(key, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  const publicKey = await importJWK({ kty: 'EC', crv: 'P-256', x: x!, y: y! }, 'ES256')
  expect(decodeProtectedHeader(token).alg).toBe('ES256')
  expect((await jwtVerify(token, publicKey, { audience: pushOrigin })).payload.sub).toBe('mailto:push@example.com')
  expect(errors).toEqual([])
})

test('the page of the chat may ask for the key, and a browser belongs to who has signed in last', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'cleo')
  const [adaId, bobId, cleoId] = userIds
  const headers = { origin: chat.url }
  const response = await fetch(`${webhookOrigin}/subscriptions`, { headers })
  expect(response.headers.get('access-control-allow-origin')).toBe(chat.url)
  expect(await response.json()).toEqual({ publicKey: vapid.publicKey })

  const endpoint = `${pushOrigin}/shared`
  await subscribed(bobId, endpoint)
  const browser = await subscribed(cleoId, endpoint)
  for (const client of clients.slice(1)) await client.close()
  const before = pushes.length
  await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'for cleo' })
  await atLeast(before + 1)
  await settled(chat)
  expect(pushes.slice(before).map(({ body }) => decrypted(body, browser))).toMatchObject([{ title: adaId }])
})

test('what was read before its push is sent wakes nobody; a subscription needs the user’s own token', async () => {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const browser = await subscribed(userIds[1])
  await bob.request({ action: 'markRead', reads: { [room]: 1 } })
  await bob.close()
  await settled(chat)
  const before = pushes.length
  // A push is not sent for a message that bob has already read. Sent from here, it is as if he had read it afterwards.
  const { messageId } = await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'read already' })
  const about = { chatRoomId: room, messageId, senderId: userIds[0], reason: 'message', userIds: [userIds[1]] }
  const body = JSON.stringify({ type: 'push.wanted', data: about })
  const [id, at] = [`${room}#1`, new Date()]
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(SECRET).sign(id, at, body),
  }
  expect((await fetch(`${webhookOrigin}/hook`, { method: 'POST', headers, body })).status).toBe(204)
  await ada.request({ action: 'sendMessage', chatRoomId: room, content: 'and this is news' })
  await atLeast(before + 1)
  expect(decrypted(pushes[before]!.body, browser)).toMatchObject({ body: 'and this is news' })
  const forged = JSON.stringify({ token: 'no.token.at-all', subscription: { endpoint: pushOrigin, keys: {} } })
  expect((await fetch(`${webhookOrigin}/subscriptions`, { method: 'POST', body: forged })).status).toBe(400)
  expect((await fetch(`${webhookOrigin}/hook`, { method: 'POST', body: '{}' })).status).toBe(400)
})
