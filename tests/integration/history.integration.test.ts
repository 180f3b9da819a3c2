import { expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { append, entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
const entities = await entitiesOf(chat)

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** Creates a room of one user with `count` messages: `message 1` at seq 1, and so on. */
async function givenHistory(count: number, content = (seq: number) => `message ${seq}`) {
  const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
  await append(entities, room, userIds[0], range(1, count).map(content))
  return { room, client: clients[1], userIds }
}

async function page(client: RawClient, chatRoomId: string, bounds: Record<string, number> = {}) {
  const { messages, hasMore } = await client.request({ action: 'getHistory', chatRoomId, ...bounds })
  return { seqs: messages.map(({ seq }) => seq), hasMore }
}

test('history shows a message as its event did', async () => {
  const { room, clients } = await givenRoom(chat, 'ada', 'bob')
  await clients[0].request({ action: 'broadcastMessage', chatRoomId: room, content: 'hello', clientMessageId: 'c1' })
  const event = await clients[1].event('message')
  expect(await clients[1].request({ action: 'getHistory', chatRoomId: room })).toEqual({
    messages: [event],
    hasMore: false,
  })
})

test('a room without messages has no history', async () => {
  const { room, client } = await givenHistory(0)
  for (const bounds of [{}, { after: 0 }, { before: 1 }, { after: 0, before: 9 }]) {
    expect(await page(client, room, bounds)).toEqual({ seqs: [], hasMore: false })
  }
})

test('bounds and limit choose the page, in ascending seq, and hasMore tells exactly whether it is the last', async () => {
  const { room, client } = await givenHistory(10)
  const cases: [bounds: Record<string, number>, seqs: number[], hasMore: boolean][] = [
    [{}, range(1, 10), false],
    [{ limit: 10 }, range(1, 10), false],
    [{ limit: 9 }, range(2, 10), true],
    [{ limit: 1 }, [10], true],
    [{ before: 10, limit: 9 }, range(1, 9), false],
    [{ before: 10, limit: 8 }, range(2, 9), true],
    [{ before: 4 }, [1, 2, 3], false],
    [{ before: 1 }, [], false],
    [{ before: 0 }, [], false],
    [{ before: 11 }, range(1, 10), false],
    [{ before: Number.MAX_SAFE_INTEGER, limit: 2 }, [9, 10], true],
    [{ after: 0, limit: 10 }, range(1, 10), false],
    [{ after: 0, limit: 9 }, range(1, 9), true],
    [{ after: 0, limit: 1 }, [1], true],
    [{ after: 9, limit: 1 }, [10], false],
    [{ after: 10 }, [], false],
    [{ after: Number.MAX_SAFE_INTEGER }, [], false],
    [{ after: 3, before: 7 }, [4, 5, 6], false],
    [{ after: 3, before: 7, limit: 3 }, [4, 5, 6], false],
    [{ after: 3, before: 7, limit: 2 }, [4, 5], true],
    [{ after: 3, before: 4 }, [], false],
    [{ after: 7, before: 3 }, [], false],
    [{ after: 5, before: 5 }, [], false],
    [{ after: 0, before: Number.MAX_SAFE_INTEGER, limit: 100 }, range(1, 10), false],
  ]
  for (const [bounds, seqs, hasMore] of cases) {
    expect({ bounds, ...(await page(client, room, bounds)) }).toEqual({ bounds, seqs, hasMore })
  }
})

test('the default limit is 50, the largest 100', async () => {
  const { room, client } = await givenHistory(101)
  expect(await page(client, room)).toEqual({ seqs: range(52, 101), hasMore: true })
  expect(await page(client, room, { after: 0 })).toEqual({ seqs: range(1, 50), hasMore: true })
  expect(await page(client, room, { limit: 100 })).toEqual({ seqs: range(2, 101), hasMore: true })
})

test.for([1, 3, 7, 100])('pages of %i, joined in either direction, give every message once', async (limit) => {
  const { room, client } = await givenHistory(14)
  await entities.nextSeq(room, Date.now())
  await append(entities, room, 'ada', ['after the hole'])
  const all = [...range(1, 14), 16]

  const forwards: number[] = []
  for (let more = true; more;) {
    const { seqs, hasMore } = await page(client, room, { after: forwards.at(-1) ?? 0, limit })
    forwards.push(...seqs)
    more = hasMore
  }
  expect(forwards).toEqual(all)

  const backwards: number[] = []
  for (let more = true; more;) {
    const { seqs, hasMore } = await page(client, room, { ...(backwards[0] && { before: backwards[0] }), limit })
    backwards.unshift(...seqs)
    more = hasMore
  }
  expect(backwards).toEqual(all)
})

test('large messages end a page early, and the pages joined still give every message once', async () => {
  const { room, client } = await givenHistory(12, (seq) => String(seq % 10).repeat(16_384))
  const newest = await page(client, room)
  expect(newest).toEqual({ seqs: range(9, 12), hasMore: true })
  const oldest = await page(client, room, { after: 0 })
  expect(oldest).toEqual({ seqs: range(1, 4), hasMore: true })
  expect(await page(client, room, { after: 4 })).toEqual({ seqs: range(5, 8), hasMore: true })
  expect(await page(client, room, { after: 8 })).toEqual({ seqs: range(9, 12), hasMore: false })
  expect(await page(client, room, { before: 5 })).toEqual({ seqs: range(1, 4), hasMore: false })
})

test('a single message larger than a page’s bytes is a page of its own', async () => {
  const { room, client } = await givenHistory(3, () => '\u0001'.repeat(16_384))
  expect(await page(client, room)).toEqual({ seqs: [3], hasMore: true })
  expect(await page(client, room, { after: 0 })).toEqual({ seqs: [1], hasMore: true })
  expect(await page(client, room, { before: 2 })).toEqual({ seqs: [1], hasMore: false })
})

test('history has messages only, among the members, subscriptions and other rooms of the table', async () => {
  const room = unique('room')
  const ada = await online(chat, unique('ada'))
  // Neighbours in the table: ids of which one is the beginning of another, and members whose ids sort around message
  // ids.
  for (const chatRoomId of [room, `${room}-2`, `${room}:`]) {
    const members = ['0000000000000001', '9999999999999999', '~']
    await ada.request({ action: 'createRoom', chatRoomId, roomName: 'A room', members })
    await ada.request({ action: 'sendMessage', chatRoomId, content: chatRoomId, clientMessageId: 'c1' })
    await ada.request({ action: 'typingIndicator', chatRoomId })
  }
  for (const bounds of [{}, { after: 0 }, { before: Number.MAX_SAFE_INTEGER }]) {
    const { messages, hasMore } = await ada.request({ action: 'getHistory', chatRoomId: room, ...bounds })
    expect([messages.map(({ content }) => content), hasMore]).toEqual([[room], false])
  }
})

test('history is answered to members only, and a new member sees what was before', async () => {
  const { room } = await givenHistory(2)
  const eve = await online(chat, unique('eve'))
  const answers = await Promise.all(
    [room, unique('none')].map((chatRoomId) => eve.refused({ action: 'getHistory', chatRoomId })),
  )
  expect(answers[0]!.code).toBe('not_a_member')
  expect(answers[1]).toEqual(answers[0])
  await eve.request({ action: 'joinRoom', chatRoomId: room })
  expect(await page(eve, room)).toEqual({ seqs: [1, 2], hasMore: false })
})

const lateMessage = (chatRoomId: string, seq: number) =>
  ({
    chatRoomId,
    messageId: entities.messageIdOf(seq),
    kind: 'text',
    senderId: 'ada',
    content: 'late',
    timestamp: Date.now(),
  }) as const

test.for([
  ['forwards', { after: 0 }],
  ['backwards', {}],
  ['below a bound', { before: 4 }],
  ['between two bounds', { after: 1, before: 4 }],
  ['in a page that begins after it', { after: 2, limit: 1 }],
] as const)('a hole that history was answered without is final: %s', async ([, bounds]) => {
  const { room, client } = await givenHistory(1)
  const holes = [(await entities.nextSeq(room, Date.now())).seq, (await entities.nextSeq(room, Date.now())).seq]
  await append(entities, room, 'ada', ['message 4', 'message 5'])

  const { seqs } = await page(client, room, bounds)
  expect(seqs.filter((seq) => holes.includes(seq))).toEqual([])
  // The holes between two messages of the answer, or between its bound and a message, were passed over.
  const seen = [...('after' in bounds ? [bounds.after] : []), ...seqs, ...('before' in bounds ? [bounds.before] : [])]
  const passed = holes.filter((hole) => hole > Math.min(...seen) && hole < Math.max(...seen))
  expect(passed.length).toBeGreaterThan(0)
  for (const hole of passed) expect(await entities.putMessage(lateMessage(room, hole))).toBe('sealed')
  expect((await page(client, room)).seqs).toEqual([1, 4, 5])
})

test('a hole that sync was answered without is final', async () => {
  const { room, client } = await givenHistory(1)
  const hole = (await entities.nextSeq(room, Date.now())).seq
  await append(entities, room, 'ada', ['message 3'])
  const { rooms } = await client.request({ action: 'sync', rooms: { [room]: 0 } })
  expect(rooms[0]!.events.map(({ seq }) => seq)).toEqual([1, 3])
  expect(await entities.putMessage(lateMessage(room, hole))).toBe('sealed')
})

test('a number whose message is still under way is not called a hole while it is the newest', async () => {
  const { room, client } = await givenHistory(1)
  const seq = (await entities.nextSeq(room, Date.now())).seq
  expect(await page(client, room)).toEqual({ seqs: [1], hasMore: false })
  expect(await page(client, room, { after: 0 })).toEqual({ seqs: [1], hasMore: false })
  const { rooms } = await client.request({ action: 'sync', rooms: { [room]: 0 } })
  expect(rooms[0]).toMatchObject({ headSeq: 1, recovered: true })
  expect(await entities.putMessage(lateMessage(room, seq))).toBe('kept')
  await client.messages(room, ['late'])
})

test('a message that loses its place to a reader gets the next one, and is delivered once', async () => {
  const { room, client, userIds } = await givenHistory(1)
  const head = (await entities.nextSeq(room, Date.now())).seq
  await entities.sealHoles(room, [{ seq: head + 1 }], Date.now())
  const draft = {
    chatRoomId: room,
    senderId: userIds[0],
    kind: 'text',
    content: 'moved on',
    originConnectionId: '',
  } as const
  const sent = await entities.appendMessage(draft, { check: Promise.resolve('member' as const) }, Date.now())
  expect(sent).toMatchObject({ seq: 4, duplicate: false })
  await client.messages(room, ['moved on'])
  expect((await page(client, room)).seqs).toEqual([1, 4])
})
