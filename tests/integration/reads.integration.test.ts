import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../bench/simulation/seeded-random.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenBackend } from '../support/backend.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { outcomeOf } from '../support/scoped.ts'
import { itemsOf } from '../support/table-scan.ts'
import { thorough } from '../support/thorough.ts'
import { useChat } from '../support/use-chat.ts'

let batches = 0
const chat = await useChat({
  mappingFaults: {
    onBatch: (records) => {
      batches++
      return records
    },
  },
})
const { ChatRoom, Membership } = await entitiesOf(chat)

const say = (client: RawClient, chatRoomId: string, content = 'hello') =>
  client.request({ action: 'sendMessage', chatRoomId, content })

const mark = (client: RawClient, chatRoomId: string, seq: number, more: object = {}) =>
  client.request({ action: 'markRead', reads: { [chatRoomId]: seq }, ...more })

const reads = (client: RawClient) => client.events.filter(({ event }) => event === 'read')
const receipts = (client: RawClient) => client.events.filter(({ event }) => event === 'receipts')

const unreadOf = async (client: RawClient, chatRoomId: string, head: number) =>
  (await client.request({ action: 'getUnread', heads: { [chatRoomId]: head } })).rooms[chatRoomId]

describe('a mark', () => {
  test('is known on all devices: the others are told, and the marking one is not', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'bob', 'eve')
    const [ada, bob, phone, eve] = clients
    for (const content of ['1', '2', '3']) await say(ada, room, content)
    expect(await unreadOf(phone, room, 3)).toEqual({ readSeq: 0, count: 3, exact: true, mentions: 0 })
    const before = Date.now()
    expect(await mark(bob, room, 2)).toEqual({})
    const told = await phone.event('read')
    expect(told).toEqual({ event: 'read', chatRoomId: room, seq: 2, at: expect.any(Number) as number })
    expect(told.at).toBeGreaterThanOrEqual(before)
    expect(told.at).toBeLessThanOrEqual(Date.now())
    await settled(chat)
    for (const client of [ada, bob, eve]) expect(reads(client)).toEqual([])
    expect(await unreadOf(phone, room, 3)).toEqual({ readSeq: 2, count: 1, exact: true, mentions: 0 })
  })

  test('taken back is told with a later moment, so that whoever receives both in any order knows', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'bob')
    const [ada, bob, phone] = clients
    for (const content of ['1', '2', '3']) await say(ada, room, content)
    await mark(bob, room, 3)
    expect(await phone.request({ action: 'markUnread', chatRoomId: room, seq: 2 })).toEqual({ readSeq: 1 })
    const first = await phone.event('read')
    const second = await bob.event('read')
    expect([first.seq, second.seq]).toEqual([3, 1])
    expect(second.at).toBeGreaterThan(first.at)
    await settled(chat)
    // Marking as unread concerns nobody else: the receipt that ada has stays.
    expect(receipts(ada)).toHaveLength(1)
  })

  test('that moves nothing, of a tab that is behind, is told to nobody', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'bob')
    const [ada, bob, tab] = clients
    for (const content of ['1', '2', '3']) await say(ada, room, content)
    await mark(bob, room, 3)
    await tab.event('read')
    for (const seq of [1, 3]) await mark(tab, room, seq)
    await settled(chat)
    expect([reads(bob).length, reads(tab).length, receipts(ada).length]).toEqual([0, 1, 1])
  })

  test('of a thread is told with the thread, and as no receipt', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob', 'bob')
    const [ada, bob, phone] = clients
    const { messageId } = await say(ada, room)
    await bob.request({ action: 'markRead', reads: {}, threads: [{ chatRoomId: room, threadId: messageId, seq: 1 }] })
    expect(await phone.event('read')).toMatchObject({ chatRoomId: room, threadId: messageId, seq: 1 })
    await settled(chat)
    expect(receipts(ada)).toEqual([])
  })

  test('in a room that one is not in is passed over: nobody is told, and it hides nothing after a join', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob')
    const eveId = unique('eve')
    const [eve, phone] = [await online(chat, eveId), await online(chat, eveId)]
    const { messageId } = await say(clients[0], room)
    const threads = [{ chatRoomId: room, threadId: messageId, seq: 9 }]
    expect(await mark(eve, room, 9, { threads })).toEqual({})
    await settled(chat)
    expect(receipts(clients[0])).toEqual([])
    expect(reads(phone)).toEqual([])
    expect(await outcomeOf(eve, { action: 'markUnread', chatRoomId: room, seq: 1 })).toBe('not_a_member')
    expect(await outcomeOf(eve, { action: 'getReceipts', chatRoomId: room })).toBe('not_a_member')
    expect(await eve.request({ action: 'getUnread', heads: { [room]: 1 } })).toEqual({
      rooms: {},
      threads: { count: 0 },
    })
    await eve.request({ action: 'joinRoom', chatRoomId: room })
    await say(clients[0], room)
    expect(await unreadOf(eve, room, 2)).toMatchObject({ count: 1 })
  })

  test('by a backend is told to all connections of the user', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob')
    await say(clients[0], room)
    const backend = await givenBackend(chat, unique('shop'))
    const asBob = { asUserId: userIds[1] }
    expect(await backend.request('markRead', { reads: { [room]: 1 }, ...asBob })).toEqual({})
    for (const client of clients.slice(1)) expect(await client.event('read')).toMatchObject({ seq: 1 })
    expect(await backend.request('getUnread', { heads: { [room]: 1 }, ...asBob })).toEqual({
      rooms: { [room]: { readSeq: 1, count: 0, exact: true, mentions: 0 } },
      threads: { count: 0 },
    })
    expect(await backend.request('getReceipts', { chatRoomId: room })).toEqual({ receipts: { [userIds[1]]: 1 } })
    expect(await backend.request('markUnread', { chatRoomId: room, seq: 1, ...asBob })).toEqual({ readSeq: 0 })
  })
})

test.for(Array.from({ length: thorough ? 20 : 2 }, (_, i) => i + 1))(
  'complaint 10: unread is what is there, whatever was said, deleted and marked on two devices, seed %i',
  async (seed) => {
    const random = seededRandom(seed)
    const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    const bobId = userIds[1]
    const devices = [bob, await online(chat, bobId)]
    const said: { messageId: string; by: RawClient }[] = []
    let marker = 0
    for (let step = 0; step < 30; step++) {
      const dice = random()
      if (said.length === 0 || dice < 0.6) {
        const by = oneOf([ada, ada, bob])
        const thread = said.length > 0 && random() < 0.3 ? { threadId: oneOf(said).messageId } : {}
        const more = { ...thread, ...('threadId' in thread && random() < 0.5 ? { inRoom: true } : {}) }
        const frame = { action: 'sendMessage', chatRoomId: room, content: `message ${step}`, ...more } as const
        const outcome = await by.ask(frame)
        if (outcome.type === 'reply') said.push({ messageId: (outcome.data as { messageId: string }).messageId, by })
      } else if (dice < 0.78) {
        const { by, messageId } = oneOf(said)
        await by.request({ action: 'deleteMessage', chatRoomId: room, messageId })
      } else if (dice < 0.88) {
        // Mostly early messages, so that some messages stay unread.
        const seq = Math.ceil(random() ** 2 * said.length)
        await mark(oneOf(devices), room, seq)
        marker = Math.max(marker, seq)
      } else {
        const seq = Math.ceil(random() * said.length)
        await oneOf(devices).request({ action: 'markUnread', chatRoomId: room, seq })
        marker = Math.min(marker, seq - 1)
      }
    }
    const rows = (await itemsOf(chat, 'Message')).filter(({ ChatRoomId }) => ChatRoomId === room)
    const unread = rows.filter(
      ({ MessageId, Kind, SenderId, ThreadId, InRoom }) =>
        Number(MessageId) > marker &&
        !['hole', 'deleted'].includes(String(Kind)) &&
        SenderId !== bobId &&
        (ThreadId === undefined || InRoom === true),
    )
    for (const device of devices) {
      expect(await unreadOf(device, room, said.length)).toEqual({
        readSeq: marker,
        count: unread.length,
        exact: true,
        mentions: 0,
      })
    }
  },
)

describe('own messages', () => {
  test('from another device are never unread', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'ada', 'bob')
    await say(clients[0], room)
    await say(clients[2], room)
    await say(clients[0], room)
    expect(await unreadOf(clients[1], room, 3)).toEqual({ readSeq: 0, count: 1, exact: true, mentions: 0 })
  })
})

describe('receipts', () => {
  test('go to the senders of what was read: in a room of ten at most nine posts a message', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `user${i}`)
    const { room, clients, userIds } = await givenRoom(chat, ...names)
    const [sender, ...readers] = clients
    await say(sender!, room)
    await Promise.all(readers.map((client) => client.event('message')))
    await settled(chat)
    const framesBefore = clients.map(({ frames }) => frames.filter(({ type }) => type === 'events').length)
    await Promise.all(readers.map((client) => mark(client, room, 1)))
    await settled(chat)
    const posts = clients.map(
      ({ frames }, i) => frames.filter(({ type }) => type === 'events').length - framesBefore[i]!,
    )
    expect(posts.slice(1)).toEqual(readers.map(() => 0))
    expect(posts[0]).toBeGreaterThan(0)
    expect(posts[0]).toBeLessThanOrEqual(9)
    const told = receipts(sender!).flatMap((event) =>
      event.event === 'receipts' ? Object.entries(event.receipts) : [],
    )
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(userIds.slice(1).map((id) => [id, 1])))
    expect((await sender!.request({ action: 'getReceipts', chatRoomId: room })).receipts).toEqual(
      Object.fromEntries(told),
    )
  })

  test('complaint 13: of many marks at once each batch tells the furthest of each reader, once, and skips nobody', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `user${i}`)
    const { room, clients, userIds } = await givenRoom(chat, 'ada', ...names)
    const [ada, ...readers] = clients
    const marks = 10
    for (let i = 0; i < marks; i++) await say(ada, room)
    await settled(chat)
    const before = batches
    chat.mapping.pause()
    // Altogether more than a batch has.
    for (let seq = 1; seq <= marks; seq++) await Promise.all(readers.map((client) => mark(client, room, seq)))
    chat.mapping.resume()
    await settled(chat)
    const told = receipts(ada).map((event) => (event.event === 'receipts' ? event.receipts : {}))
    const furthest = Object.fromEntries(userIds.slice(1).map((userId) => [userId, marks]))
    expect(Object.assign({}, ...told)).toEqual(furthest)
    expect(told.length).toBeLessThanOrEqual(batches - before)
    expect(await ada.request({ action: 'getReceipts', chatRoomId: room })).toEqual({ receipts: furthest })
  })

  test('tell each sender only, on all their connections, and of no private marker', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'ada', 'bob', 'eve')
    const [ada, phone, bob, eve] = clients
    await say(ada, room, '1')
    await say(bob, room, '2')
    await mark(eve, room, 1)
    const event = { event: 'receipts', chatRoomId: room, receipts: { [userIds[3]]: 1 } }
    for (const client of [ada, phone]) expect(await client.event('receipts')).toEqual(event)
    await mark(eve, room, 2, { private: true })
    await settled(chat)
    expect([bob, eve].map(receipts)).toEqual([[], []])
    const seenBy = async (client: RawClient) =>
      (await client.request({ action: 'getReceipts', chatRoomId: room })).receipts
    expect(await seenBy(ada)).toEqual({})
    expect(await seenBy(eve)).toEqual({ [userIds[3]]: 2 })
  })

  test('tell nothing of what was said while the user was not there, nor of whoever is there no more', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob')
    const [ada, bob] = clients
    await say(ada, room, '1')
    await mark(bob, room, 1)
    await ada.event('receipts')
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    for (const content of ['2', '3']) await say(ada, room, content)
    await mark(bob, room, 2)
    await bob.request({ action: 'joinRoom', chatRoomId: room })
    const seenBy = async (client: RawClient) =>
      (await client.request({ action: 'getReceipts', chatRoomId: room })).receipts
    expect([await seenBy(ada), await seenBy(bob)]).toEqual([{ [userIds[1]]: 1 }, { [userIds[1]]: 3 }])
    await mark(bob, room, 3)
    await settled(chat)
    expect(receipts(ada)).toHaveLength(1)
    expect(await ada.request({ action: 'getReceipts', chatRoomId: room })).toEqual({ receipts: { [userIds[1]]: 3 } })
    await say(ada, room, '4')
    await mark(bob, room, 4)
    await ada.event('receipts', (event) => event.receipts[userIds[1]] === 4)
    expect(receipts(ada)).toHaveLength(2)
  })

  test('are off where the room says so, to all but oneself', async () => {
    const { room, clients, userIds } = await givenRoom(chat, 'ada', 'bob', 'bob')
    const [ada, bob, phone] = clients
    await ada.request({ action: 'updateRoom', chatRoomId: room, settings: { receipts: false } })
    await say(ada, room)
    await mark(bob, room, 1)
    await phone.event('read')
    await settled(chat)
    expect(receipts(ada)).toEqual([])
    expect(await ada.request({ action: 'getReceipts', chatRoomId: room })).toEqual({ receipts: {} })
    expect(await bob.request({ action: 'getReceipts', chatRoomId: room })).toEqual({ receipts: { [userIds[1]]: 1 } })
  })

  test('are not told between two of whom one has blocked the other', async () => {
    const [adaId, bobId] = [unique('ada'), unique('bob')]
    const [ada, bob] = await Promise.all([online(chat, adaId), online(chat, bobId)])
    const { chatRoomId } = await ada.request({ action: 'sendMessage', recipientId: bobId, content: 'hello' })
    await bob.event('message')
    await bob.request({ action: 'blockUser', userId: adaId })
    await mark(bob, chatRoomId, 1)
    await settled(chat)
    expect(receipts(ada)).toEqual([])
    expect(await ada.request({ action: 'getReceipts', chatRoomId })).toEqual({ receipts: {} })
  })

  test('of a room of more than 100 members there are none', async () => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob')
    const rows = Array.from({ length: 99 }, (_, i) => ({
      ...{ chatRoomId: room, userId: `m${i}`, role: 'member' as const, joinedAt: 0, joinId: `j${i}`, joinedSeq: 0 },
    }))
    await Membership.put(rows).go({ concurrent: 4 })
    expect(await clients[0].refused({ action: 'getReceipts', chatRoomId: room })).toEqual({
      code: 'limit_reached',
      message: 'unable to show receipts; the room has more than 100 members',
      retryable: false,
    })
  })
})

describe('a client marks', () => {
  test.for([
    [undefined, 2_000],
    ['m', 30_000],
    ['h', 120_000],
  ] as const)('a room of size %s every %i ms', async ([size, readEveryMs]) => {
    const { room, clients } = await givenRoom(chat, 'ada', 'bob')
    if (size !== undefined) await ChatRoom.patch({ chatRoomId: room }).set({ size }).go()
    expect((await clients[0].request({ action: 'sync' })).rooms).toMatchObject([{ chatRoomId: room, readEveryMs }])
    expect(await clients[1].request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ readEveryMs })
    await say(clients[0], room)
    await mark(clients[1], room, 1)
    await settled(chat)
    expect(receipts(clients[0])).toHaveLength(size === undefined ? 1 : 0)
  })
})
