import { database, tableName } from '../support/own-table.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { auditItem } from '../../src/entities/audit.ts'
import { ChatRoom, getRoom } from '../../src/entities/chat-room.ts'
import { ChatRoomDetails, getDetails, publicRooms } from '../../src/entities/chat-room-details.ts'
import { createRoom } from '../../src/entities/create-room.ts'
import { Job, openJobs } from '../../src/entities/job.ts'
import { Membership, roomWithMembers } from '../../src/entities/membership.ts'
import { RoomSize } from '../../src/entities/room-size.ts'
import { client } from '../../src/entities/table.ts'
import { handler } from '../../src/followups/handler.ts'
import { janitor } from '../../src/janitor/handler.ts'
import { SETTLED_MS } from '../../src/janitor/purge-room.ts'
import { memberCountIn, memberCountOf } from '../../src/rooms/count-members.ts'
import { haveRecounted, RECOUNT_AFTER_MS } from '../../src/rooms/have-counted.ts'
import { newRoomOf, updateRoom } from '../../src/rooms/update-room.ts'
import { loadStack } from '../../terraform/stack.ts'
import { imageOf, membership, membershipRecord, recordOf } from '../streams/records.ts'
import { intercept } from '../support/intercept.ts'
import { thorough } from '../support/thorough.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const now = Date.now()
let rooms = 0

/** Makes a room with one member. */
async function given(access: 'public' | 'private') {
  const chatRoomId = `room-${(rooms += 1)}`
  const row = { chatRoomId, roomName: chatRoomId, headSeq: 0, createdBy: 'ada', createdAt: now }
  const { room, details } = newRoomOf(row, { access, memberCount: 1 })
  await createRoom({ ...room, owner: 'ada', members: ['ada'], ...(details && { details }) })
  const rowsOf = (ids: readonly string[]) => ids.map((userId) => membership(chatRoomId, userId))
  const follow = async (...Records: ReturnType<typeof membershipRecord>[]) =>
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] })
  const records = (eventName: 'INSERT' | 'REMOVE', ids: readonly string[]) =>
    rowsOf(ids).map((member) => membershipRecord(eventName, member))
  return {
    chatRoomId,
    follow,
    records,
    /** Writes memberships, and tells the follow-ups of them in one batch. */
    join: async (...ids: string[]) => {
      await Membership.put(rowsOf(ids)).go({ concurrent: 4 })
      await follow(...records('INSERT', ids))
    },
    leave: async (...ids: string[]) => {
      await Membership.delete(ids.map((userId) => ({ chatRoomId, userId }))).go({ concurrent: 4 })
      await follow(...records('REMOVE', ids))
    },
    listed: async () => {
      const { rooms } = await publicRooms({ prefix: chatRoomId, limit: 50 })
      return rooms.find((room) => room.chatRoomId === chatRoomId)?.memberCount
    },
    shown: async () => memberCountOf((await getRoom(chatRoomId))!, await getDetails(chatRoomId)),
    jobs: async () => (await openJobs(100)).filter(({ args }) => args.includes(`"${chatRoomId}"`)),
  }
}

const users = (from: number, to: number, length = 8) =>
  Array.from({ length: to - from }, (_, i) => `u${String(from + i).padStart(length - 1, '0')}`)

/** Runs the janitor until all jobs are done. */
async function finishJobs(at: number) {
  for (const clock of [at, at + SETTLED_MS]) {
    await janitor({ writes: 40_000, clock: () => clock })({}, { getRemainingTimeInMillis: () => 300_000 })
  }
}

test('a public room is listed with the number of its members, whoever joins and leaves, counted once per batch', async () => {
  const room = await given('public')
  let counts = 0
  intercept(client, async ({ operation, input }, send) => {
    if (operation === 'Query' && (input as { Limit?: number }).Limit === 1_001) counts += 1
    return send()
  })
  await room.join(...users(0, 20))
  expect(await room.listed()).toBe(21)
  expect(counts).toBe(1)
  await room.join(...users(20, 200))
  expect(await room.listed()).toBe(201)
  await room.leave(...users(0, 150))
  expect(await room.listed()).toBe(51)
  // A batch that comes again changes nothing.
  await room.follow(...room.records('INSERT', users(20, 120)))
  expect(await room.listed()).toBe(51)
  expect((await getDetails(room.chatRoomId))!.changes).toBe(0)
})

test('of a small room that isn’t listed no number is kept: it is counted when it is read', async () => {
  const room = await given('private')
  await room.join(...users(0, 20))
  expect(await getDetails(room.chatRoomId)).toBeUndefined()
  expect(await room.shown()).toBe(21)
})

test('a number that a change of the room has overwritten, or that was never kept, is corrected after the change', async () => {
  const room = await given('private')
  await room.join(...users(0, 5))
  const audit = auditItem({ chatRoomId: room.chatRoomId, at: now, by: 'ada', action: 'settings' })
  await updateRoom(room.chatRoomId, { access: 'public' }, audit, () => Promise.resolve())
  const details = imageOf(ChatRoomDetails.put((await getDetails(room.chatRoomId))!))
  await room.follow(recordOf('INSERT', details))
  expect(await room.listed()).toBe(6)
})

test('the members are counted exactly though their ids don’t fit on a page, and those who are still to be added', async () => {
  const room = await given('private')
  await room.join(...users(0, 600, 128))
  const page = (await roomWithMembers(room.chatRoomId, { limit: 1_000 }))!
  expect(page.members.length).toBeLessThan(600)
  expect(await memberCountIn(page, true)).toBe(601)
  const next = (await roomWithMembers(room.chatRoomId, { limit: 1_000, after: page.nextCursor! }))!
  expect(await memberCountIn(next, false)).toBe(601)
  await ChatRoom.patch({ chatRoomId: room.chatRoomId })
    .set({ pendingMembers: ['ada', 'zoe'] })
    .go()
  expect(await room.shown()).toBe(602)
})

describe.each(thorough ? (['public', 'private'] as const) : (['public'] as const))(
  'a %s room of more than 1,000 members',
  (access) => {
    const within = (shown: number | undefined, members: number, part: number) => {
      expect(shown).toBeGreaterThanOrEqual(members * (1 - part))
      expect(shown).toBeLessThanOrEqual(members * (1 + part))
    }

    test('has about the number of its members, as it fills, when it is counted, and as it empties', async () => {
      const room = await given(access)
      await room.join(...users(0, 1_000))
      expect(await room.shown()).toBe(1_001)
      // A join finds that it is large.
      if (access === 'private') await ChatRoom.patch({ chatRoomId: room.chatRoomId }).set({ counted: true }).go()
      for (let n = 1_000; n < 3_000; n += 500) {
        await room.join(...users(n, n + 500))
        if (access === 'public') within(await room.shown(), n + 501, 0.02)
      }
      await finishJobs(now)
      expect(await room.shown()).toBe(3_001)
      expect(await room.jobs()).toEqual([])
      await room.join(...users(3_000, 3_020))
      within(await room.shown(), 3_021, 0.01)
      await room.leave(...users(0, 120))
      within(await room.shown(), 2_901, 0.01)
      if (access === 'public') within(await room.listed(), 2_901, 0.01)
      await room.leave(...users(120, 2_500))
      await finishJobs(now + 700_000)
      expect(await room.shown()).toBe(521)
    })

    test('is counted again when its number was moved often, so records that come again don’t add up', async () => {
      const room = await given(access)
      await room.join(...users(0, 2_000))
      await ChatRoom.patch({ chatRoomId: room.chatRoomId }).set({ counted: true }).go()
      await RoomSize.put({ chatRoomId: room.chatRoomId, members: 2_001, countedAt: 1, shown: 2_001, moves: 0 }).go()
      for (const { jobId, list } of await room.jobs()) await Job.delete({ jobId, list }).go()
      const again = room.records('INSERT', users(0, 50))
      await room.follow(...again)
      expect(await room.jobs()).toEqual([])
      await room.follow(...again)
      await room.follow(...again)
      within(await room.shown(), 2_001, 0.08)
      expect(await room.jobs()).toMatchObject([{ kind: 'countMembers' }])
      await finishJobs(now + 600_000)
      expect(await room.shown()).toBe(2_001)
    })
  },
)

describe('a room whose members are counted by the janitor', () => {
  /** Makes a private room that was found to be large, with the number that is shown. Says how often a job was added. */
  async function givenCounted(shown: number, countedAt: number, moves = 0) {
    const room = await given('private')
    const { chatRoomId } = room
    await ChatRoom.patch({ chatRoomId }).set({ counted: true }).go()
    await RoomSize.put({ chatRoomId, members: shown, countedAt, shown, moves }).go()
    let added = 0
    intercept(client, async ({ operation, input }, send) => {
      if (operation === 'PutItem' && JSON.stringify(input).includes('countMembers')) added += 1
      return send()
    })
    return { ...room, added: () => added }
  }

  test('and that has become small is not counted again for a few moves', async () => {
    const room = await givenCounted(10, 1)
    await room.follow(...room.records('INSERT', users(0, 50)))
    expect(room.added()).toBe(0)
    await room.follow(...room.records('REMOVE', users(0, 1)))
    expect(room.added()).toBe(1)
  })

  test('gets the job once when there were many moves, and again from ten minutes after the last count on', async () => {
    const room = await givenCounted(2_000, now, 90)
    await room.follow(...room.records('INSERT', users(0, 20)))
    expect(room.added()).toBe(1)
    await room.follow(...room.records('INSERT', users(20, 40)))
    expect(room.added()).toBe(1)
    await RoomSize.patch({ chatRoomId: room.chatRoomId })
      .set({ countedAt: now - RECOUNT_AFTER_MS })
      .go()
    await room.follow(...room.records('INSERT', users(40, 60)))
    expect(room.added()).toBe(2)
  })

  test('has one such job at a time, whoever asks and when', async () => {
    const room = await givenCounted(2_000, 1)
    const row = (await getRoom(room.chatRoomId))!
    for (const hours of [0, 1, 30]) await haveRecounted(row, now + hours * 3_600_000)
    expect(await room.jobs()).toHaveLength(1)
  })
})

describe('the number of a room of an earlier version', () => {
  /** Makes a public room of three whose number was never kept. */
  async function givenOld() {
    const room = await given('public')
    await Membership.put(users(0, 2).map((userId) => membership(room.chatRoomId, userId))).go()
    await ChatRoomDetails.patch({ chatRoomId: room.chatRoomId }).remove(['memberCount']).go()
    return room
  }

  test.each([
    ['a join', 'INSERT'],
    ['a leave', 'REMOVE'],
  ] as const)('becomes right with %s', async (_, eventName) => {
    const room = await givenOld()
    await room.follow(...room.records(eventName, users(7, 8)))
    expect(await room.listed()).toBe(3)
  })

  test('becomes right with a change of the details', async () => {
    const room = await givenOld()
    const details = (await getDetails(room.chatRoomId))!
    const [old, changed] = [details, { ...details, changes: 1 }].map((row) => imageOf(ChatRoomDetails.put(row)))
    await room.follow(recordOf('MODIFY', changed!, old))
    expect(await room.listed()).toBe(3)
  })

  test('stays as it was while the janitor counts the members of a large room', async () => {
    const room = await givenOld()
    const { chatRoomId } = room
    await ChatRoom.patch({ chatRoomId }).set({ counted: true }).go()
    await ChatRoomDetails.patch({ chatRoomId }).set({ memberCount: 5_000 }).go()
    await RoomSize.put({ chatRoomId, members: 5_000, countedAt: 1 }).go()
    await room.follow(...room.records('INSERT', users(0, 1)))
    expect(await room.jobs()).toHaveLength(1)
    await janitor({ writes: 40_000, clock: () => now })({}, { getRemainingTimeInMillis: () => 300_000 })
    await room.follow(...room.records('INSERT', users(1, 2)))
    expect(await room.listed()).toBe(5_000)
    await finishJobs(now)
    expect(await room.listed()).toBe(3)
  })
})
