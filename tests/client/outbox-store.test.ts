import { expect, test } from 'vitest'
import type { UnsentMessage } from '../../client/index.ts'
import { givenClient, givenJoinedRoom } from './given-client.ts'
import { settled } from './virtual-clock.ts'

/** A store in memory, as JSON, which counts its saves. */
function givenStore(kept: unknown = []) {
  const store = { json: JSON.stringify(kept), saves: 0 }
  const outbox = {
    load: () => JSON.parse(store.json) as UnsentMessage[],
    save: (messages: UnsentMessage[]) => {
      store.saves++
      store.json = JSON.stringify(messages)
    },
  }
  return { store, outbox, kept: () => JSON.parse(store.json) as UnsentMessage[] }
}

const text = (content: string, more: Partial<UnsentMessage> = {}): UnsentMessage => ({
  ...{ to: { chatRoomId: 'general' }, kind: 'text', content, clientMessageId: `id-${content}` },
  ...more,
})

test('what wasn’t sent before a reload is sent after it, in order, under the same ids, before what is new', async () => {
  const { store, outbox, kept } = givenStore()
  const before = await givenJoinedRoom({ outbox })
  before.server.down = true
  before.server.socket.cut()
  const one = before.room.send({ content: 'one' })
  const two = before.client.direct('bob').send({ content: 'two' })
  const three = before.room.broadcast({ content: 'three' })
  await settled()
  expect(store.saves).toBe(1)
  expect(kept()).toEqual([
    { to: { chatRoomId: 'general' }, kind: 'text', content: 'one', clientMessageId: one.clientMessageId },
    { to: { recipientId: 'bob' }, kind: 'text', content: 'two', clientMessageId: two.clientMessageId },
    { to: { chatRoomId: 'general' }, kind: 'broadcast', content: 'three', clientMessageId: three.clientMessageId },
  ])

  const { client, server } = givenClient({ outbox })
  server.room('general')
  const room = client.room('general')
  expect(room.unsent.map(({ content, state }) => [content, state])).toEqual([
    ['one', 'sending'],
    ['three', 'sending'],
  ])
  expect(client.direct('bob').unsent.map(({ content }) => content)).toEqual(['two'])
  const four = room.send({ content: 'four' })
  await client.connect()
  await four.done
  expect(server.room('general').map(({ content, kind, clientMessageId }) => [content, kind, clientMessageId])).toEqual([
    ['one', 'text', one.clientMessageId],
    ['three', 'broadcast', three.clientMessageId],
    ['four', 'text', four.clientMessageId],
  ])
  await settled()
  expect([room.unsent, kept()]).toEqual([[], []])
})

test('a message whose answer the reload swallowed is stored once', async () => {
  const { outbox, kept } = givenStore()
  const { server, room } = await givenJoinedRoom({ outbox })
  server.override = (frame, socket) => {
    server.override = () => undefined
    server.answer(frame, socket)
    return 'nothing'
  }
  room.send({ content: 'hello' })
  await settled()
  const after = givenClient({ outbox, createSocket: server.createSocket })
  await after.client.connect()
  await settled()
  expect(server.room('general').map(({ content }) => content)).toEqual(['hello'])
  expect(kept()).toEqual([])
})

test('a message that has failed stays, with its reason, until it is sent again or given up', async () => {
  const { outbox, kept } = givenStore()
  const { server, room } = await givenJoinedRoom({ outbox })
  server.override = ({ action }) =>
    action === 'sendMessage' ? { error: { code: 'rate_limited', retryable: false } } : undefined
  await room.send({ content: 'one' }).done.catch(() => {})
  await room.send({ content: 'two' }).done.catch(() => {})
  await settled()

  const after = givenClient({ outbox, createSocket: server.createSocket })
  server.override = () => undefined
  await after.client.connect()
  const [one, two] = after.client.room('general').unsent
  await expect(one!.done).rejects.toMatchObject({ code: 'rate_limited', message: 'refused by the fake server' })
  expect(server.room('general')).toEqual([])
  one!.retry()
  await one!.done
  expect(server.room('general').map(({ content }) => content)).toEqual(['one'])
  two!.discard()
  await settled()
  expect([after.client.room('general').unsent, kept()]).toEqual([[], []])
})

test('messages wait for a store that takes its time, and go after what it had', async () => {
  let loaded: (kept: UnsentMessage[]) => void = () => {}
  const saved: string[][] = []
  const outbox = {
    load: () => new Promise<UnsentMessage[]>((resolve) => (loaded = resolve)),
    save: (messages: UnsentMessage[]) => void saved.push(messages.map(({ content }) => content)),
  }
  const { server, room } = await givenJoinedRoom({ outbox })
  const late = room.send({ content: 'late' })
  await settled()
  expect([server.asked('sendMessage'), saved]).toEqual([[], []])
  loaded([text('early')])
  await late.done
  expect(server.room('general').map(({ content }) => content)).toEqual(['early', 'late'])
  await settled()
  expect(saved.at(-1)).toEqual([])
})

test('a store that fails, or has something else, keeps nobody from sending', async () => {
  const broken = new Error('the quota is exceeded')
  const refusing = {
    load: (): UnsentMessage[] => {
      throw broken
    },
    save: () => Promise.reject(broken),
  }
  const { room, errors } = await givenJoinedRoom({ outbox: refusing })
  await room.send({ content: 'one' }).done
  await settled()
  expect(errors).toEqual([broken, broken, broken])
  for (const kept of [{ messages: 1 }, 'text', 5, [null, 7, { to: {} }, { ...text('x'), content: 8 }], null]) {
    const { client, errors } = givenClient({ outbox: givenStore(kept).outbox })
    expect(client.room('general').unsent).toEqual([])
    expect(errors).toEqual([])
  }
})

test('failed messages that nobody cares for are forgotten, the oldest first', async () => {
  const { server, room } = await givenJoinedRoom({ outboxLimit: 2 })
  server.override = ({ action }) =>
    action === 'sendMessage' ? { error: { code: 'forbidden', retryable: false } } : undefined
  for (const content of ['one', 'two', 'three']) await room.send({ content }).done.catch(() => {})
  expect(room.unsent.map(({ content }) => content)).toEqual(['two', 'three'])
})
