import { afterEach, expect, test } from 'vitest'
import type { Post } from '../../local/gateway/faults.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenRoom } from '../support/given-room.ts'
import { quietLog } from '../support/quiet-log.ts'
import { useChat } from '../support/use-chat.ts'
import {
  connectionIdOf,
  inSeqOrder,
  messagesTo,
  say,
  settled,
  storedConnections,
  storedMessages,
  sessions,
  subscribers,
  syncedAfter,
} from './room-reader.ts'

// Shorter than elsewhere, because one test waits for a post that is never answered.
const chat = await useChat({ environment: { POST_TIMEOUT_MS: '8000' }, log: quietLog })
afterEach(() => {
  expect(chat.failures.records).toEqual([])
})

interface Listener {
  client: RawClient
  userId: string
  connectionId: string
}

/** Creates a room of ada, who sends, and `count` others, who listen, in the order in which they are posted to. */
async function givenListeners(count: number): Promise<{ room: string; ada: RawClient; listeners: Listener[] }> {
  const names = Array.from({ length: count }, (_, i) => `listener-${i}`)
  const { room, clients, userIds } = await givenRoom(chat, 'ada', ...names)
  await settled(chat)
  const order: string[] = []
  chat.gateway.faults.onPost = ({ connectionId }) => {
    order.push(connectionId)
  }
  await say(clients[0], room, ['roll call'])
  const listeners = await Promise.all(
    clients.slice(1).map(async (client, i) => {
      await client.messages(room, ['roll call'])
      return { client, userId: userIds[i + 1]!, connectionId: await connectionIdOf(client) }
    }),
  )
  chat.gateway.faults.onPost = undefined
  return {
    room,
    ada: clients[0],
    listeners: listeners.sort((a, b) => order.indexOf(a.connectionId) - order.indexOf(b.connectionId)),
  }
}

async function expectEverything(room: string, listeners: readonly Listener[]): Promise<void> {
  const stored = await storedMessages(chat, room)
  for (const { client } of listeners) expect(inSeqOrder(messagesTo(client, room))).toEqual(stored)
}

test.each([
  ['with the header that names it', {}],
  ['without it', { errorType: null }],
])(
  'a 410 %s, as the first of 20, takes exactly that connection and its subscription to the room',
  async (_, header) => {
    const { room, ada, listeners } = await givenListeners(20)
    const [gone, ...others] = listeners as [Listener, ...Listener[]]
    await gone.client.request({ action: 'createRoom', chatRoomId: `${room}-2`, roomName: 'Another' })
    const [connections, subscriptions] = await Promise.all([storedConnections(chat), subscribers(chat, room)])
    chat.gateway.faults.onPost = ({ connectionId }) =>
      connectionId === gone.connectionId ? { status: 410, ...header } : {}

    await say(ada, room, ['one', 'two'])
    await Promise.all(others.map(({ client }) => client.messages(room, ['one', 'two'])))
    await settled(chat)

    await expectEverything(room, others)
    expect(gone.client.contents(room)).toEqual(['roll call'])
    expect(await storedConnections(chat)).toEqual(connections.filter((id) => id !== gone.connectionId))
    expect(await subscribers(chat, room)).toEqual(subscriptions.filter((id) => id !== gone.connectionId))
    expect(await sessions(chat)).not.toContain(gone.connectionId)
    chat.gateway.faults.onPost = undefined
    expect(await syncedAfter(chat, gone.userId, room, 1)).toEqual(['one', 'two'])
  },
)

test.each([429, 500, 503])('two answers of %i delay a message and lose none', async (status) => {
  const { room, ada, listeners } = await givenListeners(5)
  const struck = new Set(listeners.slice(0, 3).map(({ connectionId }) => connectionId))
  chat.gateway.faults.onPost = ({ connectionId, attempt }) =>
    struck.has(connectionId) && attempt <= 2 ? { status } : {}
  await say(ada, room, ['struck'])
  await Promise.all(listeners.map(({ client }) => client.messages(room, ['struck'])))
  await settled(chat)
  await expectEverything(room, listeners)
  expect(await subscribers(chat, room)).toHaveLength(6)
})

test('a storm of 429 that strikes everybody passes, and everybody has everything', async () => {
  const { room, ada, listeners } = await givenListeners(20)
  chat.gateway.faults.onPost = ({ attempt }) => (attempt <= 3 ? { status: 429 } : {})
  await say(ada, room, ['in the storm'])
  await Promise.all(listeners.map(({ client }) => client.messages(room, ['in the storm'])))
  await settled(chat)
  await expectEverything(room, listeners)
})

test.each([
  ['429', { status: 429 }],
  ['503', { status: 503 }],
  ['no answer', { delayMs: 3_600_000 }],
])('who gets %s beyond the last retry is not evicted, holds up nobody and catches up by sync', async (_, fault) => {
  const { room, ada, listeners } = await givenListeners(5)
  const [struck, ...others] = listeners as [Listener, ...Listener[]]
  const connections = await storedConnections(chat)
  chat.gateway.faults.onPost = ({ connectionId }) => (connectionId === struck.connectionId ? fault : {})
  await say(ada, room, ['one', 'two'])
  await Promise.all(others.map(({ client }) => client.messages(room, ['one', 'two'])))
  await settled(chat)
  await expectEverything(room, others)
  expect(struck.client.contents(room)).toEqual(['roll call'])
  expect(await storedConnections(chat)).toEqual(connections)
  expect(await subscribers(chat, room)).toContain(struck.connectionId)

  chat.gateway.faults.onPost = undefined
  expect(await syncedAfter(chat, struck.userId, room, 1)).toEqual(['one', 'two'])
  await say(ada, room, ['three'])
  await struck.client.messages(room, ['three'])
})

test('a post that is delivered and answered with 500 comes twice, and is one message', async () => {
  const { room, ada, listeners } = await givenListeners(3)
  for (const { client } of listeners) client.isPatient = false
  chat.gateway.faults.onPost = ({ attempt }) => (attempt === 1 ? { status: 500, deliver: true } : {})
  await say(ada, room, ['twice'])
  await Promise.all(
    listeners.map(({ client }) =>
      client.until(() => client.contents(room).filter((content) => content === 'twice').length === 2 || undefined),
    ),
  )
  await settled(chat)
  await expectEverything(room, listeners)
})

test('the others have a message while a slow recipient is still being posted to', async () => {
  const { room, ada, listeners } = await givenListeners(20)
  const [slow, ...others] = listeners as [Listener, ...Listener[]]
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  let asked: Post | undefined
  let answered = false
  chat.gateway.faults.onPost = async (post) => {
    if (post.connectionId !== slow.connectionId) return
    asked = post
    await held
    answered = true
  }
  await say(ada, room, ['while it waits'])
  await Promise.all(others.map(({ client }) => client.messages(room, ['while it waits'])))
  expect([asked?.connectionId, answered]).toEqual([slow.connectionId, false])
  release()
  await slow.client.messages(room, ['while it waits'])
  await settled(chat)
  await expectEverything(room, listeners)
})
