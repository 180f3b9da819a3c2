import { database, tableName } from '../support/own-table.ts'
import { BatchWriteItemCommand, paginateScan } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { migrate, type Progress } from '../../scripts/migrate/migrate.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { newJoinId } from '../../src/entities/join-id.ts'
import { Connection } from '../../src/entities/connection.ts'
import { addMember, getMembership, Membership, removeMember } from '../../src/entities/membership.ts'
import { putSession, sessionsOfUser } from '../../src/entities/session.ts'
import { subscribe, subscriptionsOfRoom } from '../../src/entities/subscription.ts'
import { client } from '../../src/entities/table.ts'
import { roomsOfUser, UserRoom, userRoomOf } from '../../src/entities/user-room.ts'
import { leaveRoom } from '../../src/ws/actions/leave-room.ts'
import { sync } from '../../src/ws/actions/sync.ts'
import { loadStack } from '../../terraform/stack.ts'
import { explore } from '../support/interleavings.ts'
import { costOf, metered } from '../support/meter.ts'
import { intercept } from '../support/intercept.ts'
import { connectionsOf010, itemsOf010, putItems } from '../support/table-of-version-0-1-0.ts'
import type { Item } from '../support/table-scan.ts'
import { thorough } from '../support/thorough.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

const rowsExpireAt = Math.ceil(Date.now() / 1_000) + 3_600

const run = (options: { segments?: number; dryRun?: boolean } = {}): Promise<Progress> =>
  migrate({ segments: 1, dryRun: false, ...options })

/** Returns every item, in the order of the keys. */
async function items(): Promise<Item[]> {
  const all: Item[] = []
  for await (const { Items = [] } of paginateScan(
    { client: database },
    { TableName: tableName, ConsistentRead: true },
  )) {
    all.push(...Items.map((item) => unmarshall(item)))
  }
  const keyOf = ({ pk, sk }: Item) => `${String(pk)} ${String(sk)}`
  return all.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

const before = itemsOf010()

/** Makes the table as version 0.1.0 left it, without anything else. */
async function givenTable(): Promise<void> {
  const keys = (await items()).map(({ pk, sk }) => marshall({ pk, sk }))
  for (let i = 0; i < keys.length; i += 25) {
    const requests = keys.slice(i, i + 25).map((Key) => ({ DeleteRequest: { Key } }))
    await database.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }))
  }
  await putItems(database, tableName, before)
}

beforeEach(givenTable)

const added = async (): Promise<Item[]> => {
  const old = new Set(before.map(({ pk, sk }) => JSON.stringify([pk, sk])))
  return (await items()).filter(({ pk, sk }) => !old.has(JSON.stringify([pk, sk])))
}

const roomsOf = async (userId: string) => (await roomsOfUser(userId, { limit: 10 })).rooms

const joinIdOf = async (chatRoomId: string, userId: string) => (await getMembership(chatRoomId, userId))!.joinId

const subscribersOf = async (chatRoomId: string) =>
  (await subscriptionsOfRoom(chatRoomId, 0)).subscriptions.map(({ connectionId }) => connectionId)

/** Counts the requests that write. */
function writes(): { count: number } {
  const counter = { count: 0 }
  intercept(client, async ({ operation }, send) => {
    if (/Put|Update|Delete|Write/.test(operation)) counter.count++
    return send()
  })
  return counter
}

describe('a table of version 0.1.0', () => {
  test('gets a mirror for each membership and a session for each live connection that has synced', async () => {
    expect(await run()).toEqual({ read: before.length, memberships: 6, mirrors: 6, sessions: 2, stale: 0 })
    for (const [userId, rooms] of Object.entries({
      ada: ['cellar', 'general', 'plans'],
      bob: ['cellar', 'general'],
      eve: ['general'],
    })) {
      const expected = rooms.map(async (chatRoomId) => ({ chatRoomId, joinId: await joinIdOf(chatRoomId, userId) }))
      const mirrors = (await roomsOf(userId)).map(({ chatRoomId, joinId }) => ({ chatRoomId, joinId }))
      expect(mirrors).toEqual(await Promise.all(expected))
    }
    expect(await sessionsOfUser('ada', 0)).toMatchObject([
      { sessionKey: connectionsOf010.ada, connectionId: connectionsOf010.ada, expiresAt: before.at(-1)!.expiresAt },
    ])
    expect(await sessionsOfUser('bob', 0)).toMatchObject([{ sessionKey: connectionsOf010.bob }])
    expect(await sessionsOfUser('eve', 0)).toEqual([])
  })

  test('keeps every item that it had, and gets no other', async () => {
    await run()
    expect(await added()).toHaveLength(8)
    expect(await items()).toEqual(expect.arrayContaining(before))
  })

  test('has everybody’s rooms in their sync', async () => {
    await run()
    const caller = { userId: 'ada', connectionId: 'new=', rowsExpireAt, openedAt: 0, scopes: new Set<never>() }
    const { rooms } = (await sync.handle({ action: 'sync' }, caller)) as { rooms: { chatRoomId: string }[] }
    expect(rooms.map(({ chatRoomId }) => chatRoomId)).toEqual(['cellar', 'general', 'plans'])
  })

  test('has no subscription of a connection of 0.1.0 left after a leave', async () => {
    await run()
    expect(await subscribersOf('general')).toEqual([connectionsOf010.ada, connectionsOf010.bob])
    await leaveRoom.handle(
      { action: 'leaveRoom', chatRoomId: 'general' },
      { userId: 'ada', connectionId: 'another=', rowsExpireAt, openedAt: 0, scopes: new Set<never>() },
    )
    expect(await subscribersOf('general')).toEqual([connectionsOf010.bob])
    expect(await roomsOf('ada')).toHaveLength(2)
  })

  test('is the same after four segments as after one', async () => {
    await run()
    const [whole] = [await items(), await givenTable()]
    expect(await run({ segments: 4 })).toMatchObject({ read: before.length, mirrors: 6, sessions: 2 })
    expect(await items()).toEqual(whole)
  })

  test('is only counted by a dry run', async () => {
    const written = writes()
    expect(await run({ dryRun: true })).toMatchObject({ mirrors: 6, sessions: 2, stale: 0 })
    expect(written.count).toBe(0)
  })
})

test('a second run writes nothing', async () => {
  await run()
  const written = writes()
  expect(await run()).toMatchObject({ memberships: 6, mirrors: 0, sessions: 0, stale: 0 })
  expect(written.count).toBe(0)
})

/** Creates a mirror that 0.1.0 left behind, with the subscription that a sync made from it. */
async function givenStaleMirror(): Promise<void> {
  const session = {
    userId: 'eve',
    sessionKey: 's1',
    connectionId: 'eves=',
    expiresAt: rowsExpireAt,
    scopes: new Set<never>(),
  }
  const room = { chatRoomId: 'plans', joinId: 'ended' }
  await UserRoom.put(userRoomOf({ userId: 'eve', ...room })).go()
  await putSession(session)
  await subscribe([{ session, room }])
}

test('a run that is cut off at any request leaves what another run completes', async () => {
  await givenStaleMirror()
  await run()
  const complete = await items()

  let requests = Infinity
  for (let failing = 0; failing < requests; failing++) {
    await givenTable()
    await givenStaleMirror()
    let request = 0
    let cut = true
    intercept(client, async (_, send) => {
      if (cut && request++ >= failing) throw new Error('cut off')
      return send()
    })
    const ended = await run().then(
      () => true,
      () => false,
    )
    // The first run that isn't interrupted has made all of its requests.
    if (ended) requests = failing
    cut = false
    await run()
    expect(await items(), `cut off at request ${failing}`).toEqual(complete)
  }
  expect(requests).toBeGreaterThan(12)
})

test('a page is tried again while the table is throttled', async () => {
  let throttled = 0
  intercept(client, async (_, send) => {
    if (throttled++ < 2) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' })
    return send()
  })
  expect(await run()).toMatchObject({ mirrors: 6, sessions: 2 })
})

describe('mirrors', () => {
  test('that name another membership are replaced', async () => {
    await UserRoom.put(userRoomOf({ userId: 'eve', chatRoomId: 'general', joinId: 'earlier' })).go()
    expect((await run()).stale).toBe(0)
    expect(await roomsOf('eve')).toEqual([{ chatRoomId: 'general', joinId: await joinIdOf('general', 'eve') }])
  })

  test('whose membership has ended are deleted, and what the user was subscribed to by them', async () => {
    await givenStaleMirror()
    expect(await subscribersOf('plans')).toContain('eves=')
    expect(await run()).toMatchObject({ stale: 1 })
    expect(await roomsOf('eve')).toMatchObject([{ chatRoomId: 'general' }])
    expect(await subscribersOf('plans')).toEqual([connectionsOf010.ada])
  })

  test('of a room that is still being made stay, because their memberships follow', async () => {
    await ChatRoom.put({
      ...{ chatRoomId: 'new', roomName: 'New', createdBy: 'ada', createdAt: 1 },
      ...{ setup: 'pending', pendingMembers: ['zoe'] },
    }).go()
    await UserRoom.put(userRoomOf({ userId: 'zoe', chatRoomId: 'new', joinId: 'j1' })).go()
    expect(await run()).toMatchObject({ stale: 0 })
    expect(await roomsOf('zoe')).toEqual([{ chatRoomId: 'new', joinId: 'j1' }])
  })
})

describe('a connection gets no session', () => {
  const given = {
    connectionId: 'x=',
    userId: 'zoe',
    lastConnectedAt: 1,
    expiresAt: rowsExpireAt,
    scopes: new Set<never>(),
  }

  test.each<[why: string, item: Item]>([
    ['has expired', { ReadyAt: 1, expiresAt: Math.floor(Date.now() / 1_000) - 1 }],
    ['has not synced', {}],
    ['has synced with the server of today', { ReadyAt: 1, SessionKey: 's1' }],
  ])('that %s', async (_, attributes) => {
    const { Item } = Connection.put(given).params<{ Item: Item }>()
    await putItems(database, tableName, [{ ...Item, ...attributes }])
    expect(await run()).toMatchObject({ sessions: 2 })
    expect(await sessionsOfUser('zoe', 0)).toEqual([])
  })

  test('over one that is there', async () => {
    await putSession({
      userId: 'ada',
      sessionKey: connectionsOf010.ada,
      connectionId: 'y=',
      expiresAt: rowsExpireAt,
    })
    expect(await run()).toMatchObject({ sessions: 1 })
    expect(await sessionsOfUser('ada', 0)).toMatchObject([{ connectionId: 'y=' }])
  })
})

describe('whoever does something while it runs', () => {
  const membership = { chatRoomId: 'plans', userId: 'eve', role: 'member', joinedAt: 1, joinedSeq: 0 } as const

  /** Expects a membership and its mirror both to exist with the same `joinId`, or neither. */
  async function consistent(): Promise<void> {
    for (const userId of ['ada', 'bob', 'eve']) {
      const { data } = await Membership.scan.where((row, { eq }) => eq(row.userId, userId)).go({ consistent: true })
      const rooms = data.map(({ chatRoomId, joinId }) => ({ chatRoomId, joinId }))
      const mirrors = (await roomsOf(userId)).map(({ chatRoomId, joinId }) => ({ chatRoomId, joinId }))
      expect(mirrors).toEqual(rooms.sort((a, b) => (a.chatRoomId < b.chatRoomId ? -1 : 1)))
    }
  }

  const leave = async (chatRoomId: string, userId: string) => {
    const current = await getMembership(chatRoomId, userId)
    if (current !== undefined) await removeMember(current, Date.now())
  }

  test.each<[who: string, does: () => Promise<unknown>]>([
    ['leaves', () => leave('general', 'eve')],
    ['joins', () => addMember({ ...membership, joinId: 'j2' })],
    [
      'leaves and joins again',
      async () => {
        await leave('general', 'eve')
        await addMember({ ...membership, chatRoomId: 'general', joinId: 'j2' })
      },
    ],
  ])('%s has a mirror as long as a membership, in every order', async (_, does) => {
    const orders = await explore(client, {
      given: async () => {
        await givenTable()
        await UserRoom.put(userRoomOf({ ...membership, joinId: 'ended' })).go()
      },
      operations: () => ({ migrate: run, does }),
      then: consistent,
      isLocal: () => false,
      preemptions: 2,
      ...(thorough ? {} : { most: 12 }),
    })
    expect(orders).toBeGreaterThan(10)
  })
})

test('a membership costs 4 write units at first and 2 read units afterwards, beside the scan', async () => {
  const memberships = Array.from({ length: 200 }, (_, i) => {
    const [userId, chatRoomId] = [
      `00000000-0000-4000-8000-${String(i % 50).padStart(12, '0')}`,
      `room-${Math.floor(i / 50)}`,
    ]
    const row = { chatRoomId, userId, role: 'member', joinedAt: 1_800_000_000_000, joinedSeq: 0 } as const
    return { ...row, joinId: newJoinId() }
  })
  await Membership.put(memberships).go({ concurrent: 4 })
  const cost = async () => {
    const requests = await metered(client, () => run())
    return { ...costOf(requests.filter(({ operation }) => operation !== 'Scan')) }
  }
  const [all, sessions] = [memberships.length + 6, 2]
  expect(await cost()).toMatchObject({ writes: 4 * all + sessions })
  // Keys that it didn't find cost 1 read unit each, which DynamoDB Local doesn't count.
  expect(await cost()).toMatchObject({ reads: 2 * all + sessions, writes: 0 })
})
