import { afterAll, afterEach, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { busEvents, type BusEventType } from '../../src/protocol/bus-events.ts'
import { givenBackend } from '../support/backend.ts'
import { givenRoom } from '../support/given-room.ts'
import { quietLog } from '../support/quiet-log.ts'
import { settled, unique } from '../support/runtime.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'
import { ManualClock, SECRET, startConsumer } from '../support/webhook-consumer.ts'

const consumer = await startConsumer()
afterAll(() => consumer.close())
const clock = new ManualClock()
let onPut: ((type: string, detail: { id: string; chatRoomId: string }) => boolean) | undefined
afterEach(() => {
  onPut = undefined
  consumer.status = 200
})
const chat = await useChat({
  log: quietLog,
  bus: {
    subscribers: [{ url: consumer.url }],
    secret: SECRET,
    clock,
    onPut: ({ DetailType, Detail }) =>
      onPut?.(DetailType, JSON.parse(Detail) as { id: string; chatRoomId: string }) ? 'InternalFailure' : undefined,
  },
  followups: { maximumBatchingWindowInSeconds: 0, maximumRetryAttempts: 2 },
})
const [queue] = chat.bus!.queues

const told = async () => {
  await settled(chat)
  await chat.bucket.idle()
  await chat.followups.idle()
}

interface Entry {
  type: BusEventType
  detail: { id: string; at: number; chatRoomId: string } & Record<string, unknown>
}

const entriesOf = (room: string): Entry[] =>
  chat
    .bus!.entries.map(({ DetailType, Detail }) => {
      return { type: DetailType as BusEventType, detail: JSON.parse(Detail) as Entry['detail'] }
    })
    .filter(({ detail }) => detail.chatRoomId === room)

test('what happens in a room is told in the published shape, each with an id of its own and files without a URL', async () => {
  const startedAt = Date.now()
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  const of = { chatRoomId: room }
  const { messageId } = await ada.request({ action: 'sendMessage', ...of, content: 'hello' })
  // An event contains the message as it is when the event is put on the bus.
  await told()
  await ada.request({ action: 'editMessage', ...of, messageId, content: 'hello, all' })
  await told()
  await bob.request({ action: 'addReaction', ...of, messageId, reaction: '👍' })
  await bob.request({ action: 'reportMessage', ...of, messageId, reason: 'spam' })
  // The reaction may have raised the version in between.
  const { version } = await ada.request({ action: 'deleteMessage', ...of, messageId })
  await sendForm(await givenUpload(ada, room), png)
  await ada.event('message', ({ kind }) => kind === 'file')
  await ada.request({ action: 'setRole', ...of, userId: userIds[1], role: 'moderator' })
  await ada.request({ action: 'updateRoom', ...of, topic: 'All of it' })
  await told()
  await bob.request({ action: 'leaveRoom', ...of })
  await ada.request({ action: 'deleteRoom', ...of })
  await told()
  const entries = entriesOf(room).filter(({ type }) => type !== 'push.wanted')
  for (const { type, detail } of entries)
    expect(() => z.strictObject(busEvents[type].shape).parse(detail), type).not.toThrow()
  const count = (type: BusEventType) => entries.filter((one) => one.type === type).length
  expect(Object.fromEntries(Object.keys(busEvents).map((type) => [type, count(type as BusEventType)]))).toMatchObject({
    'message.sent': 2,
    'message.edited': 1,
    'message.deleted': 1,
    'message.reported': 1,
    'member.joined': 2,
    'member.updated': 1,
    'room.created': 1,
    'room.deleted': 1,
  })
  expect(count('member.left')).toBeGreaterThanOrEqual(1)
  expect(count('room.updated')).toBeGreaterThanOrEqual(1)
  const endedAt = Date.now()
  for (const { type, detail } of entries) {
    expect(detail.at, type).toBeGreaterThanOrEqual(startedAt)
    expect(detail.at, type).toBeLessThanOrEqual(endedAt)
  }
  const ids = entries.map(({ detail }) => detail.id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual(
    expect.arrayContaining([`${room}#1#0`, `${room}#1#1`, `${room}#1#${version}#deleted`, `${room}#2#0`]),
  )
  const [sent, edited] = entries.filter(({ detail }) => [`${room}#1#0`, `${room}#1#1`].includes(detail.id))
  expect(sent).toMatchObject({
    type: 'message.sent',
    detail: { version: 1, event: { event: 'message', content: 'hello' } },
  })
  expect(edited).toMatchObject({
    type: 'message.edited',
    detail: { event: { event: 'messageUpdated', message: { content: 'hello, all', version: 1 } } },
  })
  const file = entries.find(({ detail }) => detail.id === `${room}#2#0`)!
  expect(file.detail.event).toMatchObject({ kind: 'file', file: { fileName: 'dot.png', contentType: 'image/png' } })
  expect(JSON.stringify(entries)).not.toContain('http')
})

test('a new and a changed room are told with the number of their members', async () => {
  const backend = await givenBackend(chat, 'shop')
  const members = ['ada', 'bob', 'cyd'].map((name) => unique(name))
  const created = await backend.request('createRoom', { roomName: 'Three', access: 'private', members })
  const { chatRoomId } = created as { chatRoomId: string }
  await told()
  await backend.request('addMembers', { chatRoomId, userIds: [unique('dan')] })
  await backend.request('closeRoom', { chatRoomId, closed: true })
  await told()
  const rooms = entriesOf(chatRoomId).flatMap(({ type, detail }) => {
    const { room = (detail.event as { room?: { memberCount: number } } | undefined)?.room } = detail as {
      room?: { memberCount: number }
    }
    return room ? [[type, room.memberCount]] : []
  })
  expect(rooms).toEqual([
    ['room.created', 3],
    ['room.updated', 4],
  ])
})

test('an erasure is told, with an id that a header can have', async () => {
  const backend = await givenBackend(chat, 'shop')
  const userId = `${unique('eve')}/é`
  await backend.request('eraseUser', { userId, mode: 'delete' })
  const { id, data } = await consumer.until(({ type, data }) => type === 'user.erased' && data.userId === userId)
  expect(id).toMatch(new RegExp(`^user#${encodeURIComponent(userId)}#erased#\\d+$`))
  expect(z.strictObject(busEvents['user.erased'].shape).parse(data)).toEqual({ version: 1, id, at: data.at, userId })
})

test('what the bus refuses is put again, what it refuses to the end is kept, and no delivery waits for it', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  const [ada, bob] = clients
  await told()
  const refused = new Set<string>()
  onPut = (type, { id, chatRoomId }) => {
    if (type !== 'message.sent' || chatRoomId !== room) return false
    if (id === `${room}#2#0`) return true
    const isFirst = !refused.has(id)
    refused.add(id)
    return isFirst
  }
  const before = chat.followupFailures.records.length
  for (const content of ['1', '2', '3']) await ada.request({ action: 'sendMessage', chatRoomId: room, content })
  await bob.event('message', ({ seq }) => seq === 3)
  await told()
  const sent = entriesOf(room).flatMap(({ type, detail }) => (type === 'message.sent' ? [detail.id] : []))
  expect([...new Set(sent)].sort()).toEqual([`${room}#1#0`, `${room}#3#0`])
  expect((await chat.followupFailures.atLeast(before + 1)).slice(before)).toHaveLength(1)
})

test('a webhook that fails for a minute loses nothing and sees each id at least once, signed, and later each time', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  consumer.status = 503
  const contents = Array.from({ length: 12 }, (_, i) => `${i}`)
  for (const content of contents) await clients[0].request({ action: 'sendMessage', chatRoomId: room, content })
  await told()
  const ofRoom = (ids: string[]) => ids.filter((id) => id.startsWith(`${room}#`) && id.endsWith('#0'))
  await clock.advance(60_000, () => queue!.rested())
  const tried = ofRoom(consumer.attempts)
  expect(ofRoom(consumer.received.map(({ id }) => id))).toEqual([])
  // At once, after 10 s and after 20 s more. The next attempt would be after 40 s more.
  for (const id of new Set(tried)) expect(tried.filter((one) => one === id)).toHaveLength(3)
  consumer.status = 200
  await clock.advance(60_000, () => queue!.rested())
  await queue!.idle()
  const seen = consumer.received.filter(({ id, type }) => type === 'message.sent' && id.startsWith(`${room}#`))
  expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(contents.map((_, i) => `${room}#${i + 1}#0`)))
  expect(seen[0]!.data).toMatchObject({ chatRoomId: room, version: 1, event: { event: 'message' } })
})

test('after a day an event is a dead letter, and the others go on', async () => {
  const { room, clients } = await givenRoom(chat, 'ada')
  await told()
  await queue!.idle()
  consumer.status = 500
  await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'lost' })
  await told()
  const { length } = queue!.deadLetters
  await clock.advance(23 * 3_600_000, () => queue!.rested())
  expect(queue!.deadLetters).toHaveLength(length)
  await clock.advance(2 * 3_600_000, () => queue!.rested())
  expect(queue!.deadLetters).toHaveLength(length + 1)
  consumer.status = 200
  await clients[0].request({ action: 'sendMessage', chatRoomId: room, content: 'on' })
  await consumer.until(({ id }) => id === `${room}#2#0`)
})
