import { database, tableName } from '../support/own-table.ts'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { ChatRoom, getRoom, nextSeq } from '../../src/entities/chat-room.ts'
import { getMembership } from '../../src/entities/membership.ts'
import { getMessage, Message, messageIdOf, sealHoles } from '../../src/entities/message.ts'
import { putMentions } from '../../src/entities/mention.ts'
import { RoomState, stateKey } from '../../src/entities/room-state.ts'
import { type Action, actions, type Reply } from '../../src/protocol/actions.ts'
import { countUnread } from '../../src/rooms/count-unread.ts'
import { forgetRoom } from '../../src/rooms/forget-room.ts'
import { keepThread } from '../../src/rooms/keep-thread.ts'
import type { Caller } from '../../src/ws/caller.ts'
import { loadStack } from '../../terraform/stack.ts'
import { handlers } from '../entities/action-handlers.ts'
import { EXPIRES_AT } from '../entities/patterns.ts'
import { unique } from '../support/runtime.ts'
import { thorough } from '../support/thorough.ts'

beforeAll(() => createTable(database, loadStack().table, tableName))

/** Each user has two devices. */
const device = (userId: string, n: number) => ({
  userId,
  connectionId: `${userId}-${n}`,
  rowsExpireAt: EXPIRES_AT,
  openedAt: 0,
  scopes: new Set() as Caller['scopes'],
})

async function act<A extends Action>(action: A, payload: Record<string, unknown>, userId: string, n = 1) {
  const input = actions[action].request.parse({ action, ...payload })
  return (await handlers[action].handle(input, device(userId, n))) as Reply<A>
}

/** Creates a room of ada, or of the `owner`, with these members. */
async function givenRoom(members: string[] = ['bob'], owner = 'ada'): Promise<string> {
  const { chatRoomId } = await act('createRoom', { roomName: 'A room', access: 'link', members }, owner)
  return chatRoomId
}

/** Writes messages at the next places, which is faster than sending them. */
async function append(chatRoomId: string, count: number, senderId = 'ada', content = 'hello') {
  const { headSeq } = (await getRoom(chatRoomId))!
  await ChatRoom.patch({ chatRoomId }).add({ headSeq: count }).go()
  const rows = Array.from({ length: count }, (_, i) => ({
    ...{ chatRoomId, messageId: messageIdOf(headSeq + i + 1), kind: 'text' as const },
    ...{ senderId, content, timestamp: 0 },
  }))
  await Message.put(rows).go({ concurrent: 4 })
}

const unreadOf = async (userId: string, heads: Record<string, number>) =>
  (await act('getUnread', { heads }, userId)).rooms

const nothing = { count: 0, exact: true, mentions: 0 }

/** Returns the room's messages that are there, and from where on the user has not read it: their marker or join. */
async function tableOf(userId: string, chatRoomId: string) {
  const membership = await getMembership(chatRoomId, userId)
  if (membership === undefined) return undefined
  const { data } = await Message.query.room({ chatRoomId }).go({ consistent: true, pages: 'all' })
  const stateOf = async (threadId?: string) => {
    const about = threadId === undefined ? { userId, chatRoomId } : { userId, chatRoomId, threadId }
    return (await RoomState.get(stateKey(about)).go({ consistent: true })).data
  }
  return {
    messages: data.filter(({ kind }) => kind !== 'hole' && kind !== 'deleted'),
    stateOf,
    readSeqOf: async (headSeq: number, threadId?: string) =>
      Math.min(Math.max((await stateOf(threadId))?.readSeq ?? 0, membership.joinedSeq), headSeq),
  }
}

/** Counts over the whole table: after the marker, the messages of others that the room shows. */
async function countedBy(userId: string, chatRoomId: string, headSeq: number) {
  const table = await tableOf(userId, chatRoomId)
  if (table === undefined) return undefined
  const readSeq = await table.readSeqOf(headSeq)
  const others = table.messages.filter(
    ({ messageId, senderId, threadId, inRoom }) =>
      Number(messageId) > readSeq && senderId !== userId && (threadId === undefined || inRoom),
  )
  return { readSeq, count: others.length, exact: true, mentions: 0 }
}

/** Counts over the whole table: of each thread that the user follows, the replies of others after its own marker. */
async function threadsCountedBy(userId: string, chatRoomId: string, headSeq: number) {
  const table = await tableOf(userId, chatRoomId)
  const roots = new Set(table?.messages.flatMap(({ threadId }) => threadId ?? []))
  const threads: Pick<Reply<'getThreads'>['threads'][number], 'chatRoomId' | 'readSeq' | 'unread'>[] = []
  for (const threadId of [...roots].sort()) {
    if ((await table!.stateOf(threadId))?.follow !== true) continue
    const readSeq = await table!.readSeqOf(headSeq, threadId)
    const others = table!.messages.filter(
      (one) => one.threadId === threadId && Number(one.messageId) > readSeq && one.senderId !== userId,
    )
    threads.push({ ...{ chatRoomId, threadId, readSeq }, unread: { count: others.length, exact: true } })
  }
  return threads
}

/** Returns the message at one of the room's places, if there is one. */
async function messageAt(chatRoomId: string, place: number) {
  const { headSeq } = (await getRoom(chatRoomId))!
  return headSeq === 0 ? undefined : getMessage(chatRoomId, messageIdOf(1 + (place % headSeq)))
}

/** Deletes the message at one of the room's places as its sender, if there is one, and what follows from that. */
async function deleteMessageAt(chatRoomId: string, place: number) {
  const message = await messageAt(chatRoomId, place)
  if (message === undefined || (await getMembership(chatRoomId, message.senderId)) === undefined) return
  const { messageId, senderId, threadId } = message
  await act('deleteMessage', { chatRoomId, messageId }, senderId)
  if (threadId !== undefined) await keepThread({ chatRoomId, threadId }, [messageId])
}

/** Replies to the message at one of the room's places, if that may have a thread. */
async function replyAt(chatRoomId: string, place: number, who: string, inRoom: boolean) {
  const root = await messageAt(chatRoomId, place)
  if (root === undefined || root.threadId !== undefined) return
  const thread = { chatRoomId, threadId: root.messageId }
  const shown = inRoom ? { inRoom } : {}
  const { messageId } = await act('sendMessage', { ...thread, content: 'hello', ...shown }, who)
  await keepThread(thread, [messageId])
}

/** Draws a number that gets no message, and has its place sealed. */
async function seal(chatRoomId: string) {
  const now = Date.now()
  await sealHoles(chatRoomId, [await nextSeq(chatRoomId, now)], now)
}

const who = fc.constantFrom('ada' as const, 'bob' as const)
const where = fc.nat({ max: 1 })
const seq = fc.nat({ max: 14 })
/** Few, so that threads have several replies. */
const root = fc.nat({ max: 2 })
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ what: fc.constant('send' as const), who, where }) },
    fc.record({ what: fc.constantFrom('hole' as const, 'sealed' as const), who, where }),
    { weight: 2, arbitrary: fc.record({ what: fc.constant('delete' as const), who, where, seq }) },
    {
      weight: 3,
      arbitrary: fc.record({ what: fc.constant('read' as const), who, where, seq, device: fc.nat({ max: 1 }) }),
    },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('unread' as const), who, where, seq }) },
    fc.record({ what: fc.constant('leave' as const), who: fc.constant('bob' as const), where }),
    {
      weight: 4,
      arbitrary: fc.record({ what: fc.constant('reply' as const), who, where, root, inRoom: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('thread' as const), who, where, root, seq }) },
  ),
  { minLength: 8, maxLength: 16 },
)

test('after random sends, replies, marks of two devices, leaves and joins, unread is a count over the table', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      // Of their own, so that all their threads are in these rooms.
      const users = { ada: unique('ada'), bob: unique('bob') }
      const rooms = [await givenRoom([users.bob], users.ada), await givenRoom([users.bob], users.ada)]
      for (const step of steps) {
        const { what } = step
        const who = users[step.who]
        const chatRoomId = rooms[step.where]!
        const isIn = (await getMembership(chatRoomId, who)) !== undefined
        if (what === 'send' && isIn) await act('sendMessage', { chatRoomId, content: 'hello' }, who)
        if (what === 'delete') await deleteMessageAt(chatRoomId, step.seq)
        if (what === 'hole') await nextSeq(chatRoomId, Date.now())
        if (what === 'sealed') await seal(chatRoomId)
        if (what === 'read') await act('markRead', { reads: { [chatRoomId]: step.seq } }, who, step.device)
        if (what === 'unread' && isIn) await act('markUnread', { chatRoomId, seq: step.seq }, who)
        if (what === 'leave' && isIn) {
          await act('leaveRoom', { chatRoomId }, who)
          await forgetRoom({ chatRoomId, userId: who })
        }
        if (what === 'leave' && !isIn) await act('joinRoom', { chatRoomId }, who)
        if (what === 'reply' && isIn) await replyAt(chatRoomId, step.root, who, step.inRoom)
        if (what === 'thread') {
          const thread = { chatRoomId, threadId: messageIdOf(1 + step.root), seq: step.seq }
          await act('markRead', { reads: {}, threads: [thread] }, who)
        }
      }
      // Few have read these, so each run shows that they don't count.
      for (const chatRoomId of rooms) {
        const { seq } = await act('sendMessage', { chatRoomId, content: 'hello' }, users.ada)
        await deleteMessageAt(chatRoomId, seq - 1)
        await seal(chatRoomId)
      }
      const heads = Object.fromEntries(
        await Promise.all(rooms.map(async (id) => [id, (await getRoom(id))!.headSeq] as const)),
      )
      for (const userId of Object.values(users)) {
        const wanted = await Promise.all(
          rooms.map(async (id) => [id, await countedBy(userId, id, heads[id]!)] as const),
        )
        expect(await unreadOf(userId, heads)).toEqual(
          Object.fromEntries(wanted.filter(([, unread]) => unread !== undefined)),
        )
        const found = await Promise.all(rooms.toSorted().map((id) => threadsCountedBy(userId, id, heads[id]!)))
        const { threads } = await act('getThreads', {}, userId)
        expect(threads.map(({ root: { messageId: threadId }, ...rest }) => ({ ...rest, threadId }))).toEqual(
          found.flat(),
        )
        expect((await act('getUnread', { heads }, userId)).threads).toEqual({
          count: found.flat().filter(({ unread }) => unread.count > 0).length,
        })
      }
    }),
    { numRuns: thorough ? 60 : 3, seed: 1 },
  )
})

describe('a marker', () => {
  test('only rises by reading, and two devices at once end at the furthest', async () => {
    const room = await givenRoom()
    await append(room, 10)
    await Promise.all([3, 7, 5, 6, 2].map((seq, n) => act('markRead', { reads: { [room]: seq } }, 'bob', n)))
    expect(await unreadOf('bob', { [room]: 10 })).toEqual({ [room]: { ...nothing, readSeq: 7, count: 3 } })
  })

  test('that is taken back never moves forward, and nobody’s clock keeps it from moving', async () => {
    const room = await givenRoom()
    await append(room, 10)
    const key = stateKey({ userId: 'bob', chatRoomId: room })
    // Written by a function whose clock is an hour ahead.
    await RoomState.put({ ...key, readSeq: 5, readAt: Date.now() + 3_600_000 }).go()
    expect(await act('markUnread', { chatRoomId: room, seq: 8 }, 'bob')).toEqual({ readSeq: 5 })
    expect(await act('markUnread', { chatRoomId: room, seq: 3 }, 'bob')).toEqual({ readSeq: 2 })
    await act('markRead', { reads: { [room]: 9 } }, 'bob')
    const { data } = await RoomState.get(key).go()
    expect(data!.readSeq).toBe(9)
    // Each write has a later time than the one before, so whoever receives both knows which one is current.
    expect(data!.readAt).toBeGreaterThanOrEqual(Date.now() + 3_590_000)
    expect(await act('markUnread', { chatRoomId: room, seq: 0 }, 'bob')).toEqual({ readSeq: 0 })
  })

  test('of before a join moves nothing back, and what was said before it stays read', async () => {
    const room = await givenRoom()
    await append(room, 5)
    await act('markRead', { reads: { [room]: 2 } }, 'bob')
    await act('leaveRoom', { chatRoomId: room }, 'bob')
    await append(room, 5)
    expect(await unreadOf('bob', { [room]: 10 })).toEqual({})
    await act('joinRoom', { chatRoomId: room }, 'bob')
    await append(room, 1)
    expect(await unreadOf('bob', { [room]: 11 })).toEqual({ [room]: { ...nothing, readSeq: 10, count: 1 } })
    expect(await act('markUnread', { chatRoomId: room, seq: 4 }, 'bob')).toEqual({ readSeq: 10 })
  })

  test('beyond the head is kept, and shown at the head', async () => {
    const room = await givenRoom()
    await append(room, 3)
    await act('markRead', { reads: { [room]: 5 } }, 'bob')
    // Also where the client names a head that the room doesn't have yet.
    for (const head of [3, 4]) {
      expect(await unreadOf('bob', { [room]: head })).toEqual({ [room]: { ...nothing, readSeq: 3 } })
    }
    await append(room, 4)
    expect(await unreadOf('bob', { [room]: 7 })).toEqual({ [room]: { ...nothing, readSeq: 5, count: 2 } })
  })

  test('of a thread is apart from the room’s', async () => {
    const room = await givenRoom()
    await append(room, 3)
    await act('markRead', { reads: {}, threads: [{ chatRoomId: room, threadId: messageIdOf(1), seq: 3 }] }, 'bob')
    expect(await unreadOf('bob', { [room]: 3 })).toEqual({ [room]: { ...nothing, readSeq: 0, count: 3 } })
  })
})

describe('a count', () => {
  test('is exact while at most 50 places lie above the marker, and an upper bound beyond', async () => {
    const room = await givenRoom()
    await append(room, 30)
    await append(room, 20, 'bob')
    expect(await unreadOf('bob', { [room]: 50 })).toEqual({ [room]: { ...nothing, readSeq: 0, count: 30 } })
    await append(room, 1)
    expect(await unreadOf('bob', { [room]: 51 })).toEqual({
      [room]: { readSeq: 0, count: 51, exact: false, mentions: 0 },
    })
  })

  test('of mentions beyond 50 places is of those by name that count as unread', async () => {
    const room = await givenRoom()
    const timestamp = Date.now()
    await append(room, 60)
    const named = [
      { seq: 3, more: {} },
      { seq: 5, more: { threadId: messageIdOf(3) } },
      { seq: 6, more: { threadId: messageIdOf(3), inRoom: true } },
      { seq: 7, more: { kind: 'deleted' as const } },
      { seq: 1, more: {} },
    ]
    for (const { seq, more } of named) {
      const about = { chatRoomId: room, messageId: messageIdOf(seq), senderId: 'ada', timestamp }
      const row = { ...about, kind: 'text' as const, content: 'hello', mentions: '["bob"]', ...more }
      await Message.put(row).go()
      await putMentions(about, ['bob'])
    }
    await act('markRead', { reads: { [room]: 2 } }, 'bob')
    expect(await unreadOf('bob', { [room]: 60 })).toEqual({
      [room]: { readSeq: 2, count: 58, exact: false, mentions: 2 },
    })
  })

  test('is of the room’s own head when the client names one beyond it', async () => {
    const room = await givenRoom()
    await append(room, 3)
    for (const head of [40, 4_000]) {
      expect(await unreadOf('bob', { [room]: head })).toEqual({ [room]: { ...nothing, readSeq: 0, count: 3 } })
    }
  })

  test('ends at the head that the client knows: it counts what comes later itself', async () => {
    const room = await givenRoom()
    await append(room, 8)
    expect(await unreadOf('bob', { [room]: 5 })).toEqual({ [room]: { ...nothing, readSeq: 0, count: 5 } })
  })

  test('leaves out rooms that the user is not in, was shown out of, or that were deleted', async () => {
    const [mine, others, deleted] = [await givenRoom(), await givenRoom([]), await givenRoom()]
    for (const room of [mine, others, deleted]) await append(room, 1)
    await act('deleteRoom', { chatRoomId: deleted }, 'ada')
    const heads = { [mine]: 1, [others]: 1, [deleted]: 1, [unique('never')]: 1 }
    expect(Object.keys(await unreadOf('bob', heads))).toEqual([mine])
    await act('removeMember', { chatRoomId: mine, userId: 'bob' }, 'ada')
    expect(await unreadOf('bob', heads)).toEqual({})
  })

  test('of many large messages is a bound for the rooms with the most: one reply reads no more than it must', async () => {
    const rooms = await Promise.all(Array.from({ length: 6 }, () => givenRoom()))
    for (const [i, room] of rooms.entries()) await append(room, 10 + i, 'ada', 'x'.repeat(16_000))
    const heads = new Map(rooms.map((id, i) => [id, 10 + i]))
    const unread = await countUnread('bob', heads)
    expect(rooms.map((id) => unread.get(id)!.count)).toEqual([10, 11, 12, 13, 14, 15])
    const exact = rooms.map((id) => unread.get(id)!.exact)
    expect(exact[0]).toBe(true)
    expect(exact.at(-1)).toBe(false)
  })

  test('is the same whether the rooms are listed together or lie far apart among others', async () => {
    const userId = unique('zed')
    const rooms = await Promise.all(Array.from({ length: 12 }, () => givenRoom([userId])))
    const asked = [rooms.toSorted()[0]!, rooms.toSorted().at(-1)!]
    for (const room of asked) await append(room, 2)
    await act('markRead', { reads: Object.fromEntries(rooms.map((id) => [id, 1])) }, userId)
    expect(await unreadOf(userId, Object.fromEntries(asked.map((id) => [id, 2])))).toEqual(
      Object.fromEntries(asked.map((id) => [id, { ...nothing, readSeq: 1, count: 1 }])),
    )
  })
})
