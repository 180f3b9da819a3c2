import { database, tableName } from '../support/own-table.ts'
import { ownBucket } from '../support/own-bucket.ts'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Audit, auditItem } from '../../src/entities/audit.ts'
import { ChatRoom, nextSeq } from '../../src/entities/chat-room.ts'
import { Connection, putConnection } from '../../src/entities/connection.ts'
import { FanOutTask } from '../../src/entities/fan-out-task.ts'
import { completeRoom, createRoom as putRoom } from '../../src/entities/create-room.ts'
import { RoomState, stateKey } from '../../src/entities/room-state.ts'
import { UserRoom, userRoomKey } from '../../src/entities/user-room.ts'
import { addMember, Membership, removeMember, roomWithMembers } from '../../src/entities/membership.ts'
import { hourlyJobItem, putJob } from '../../src/entities/job.ts'
import { getMessage, Message, messageIdOf } from '../../src/entities/message.ts'
import { Reaction } from '../../src/entities/reaction.ts'
import { SendGuard } from '../../src/entities/send-guard.ts'
import { Present, presentKey } from '../../src/entities/present.ts'
import { putSession, Session } from '../../src/entities/session.ts'
import { client } from '../../src/entities/table.ts'
import { setTyping } from '../../src/entities/typing.ts'
import { type Action, actions, type Reply } from '../../src/protocol/actions.ts'
import { banUser } from '../../src/http/actions/ban-user.ts'
import { disconnectUser } from '../../src/http/actions/disconnect-user.ts'
import { exportRoom } from '../../src/http/actions/export-room.ts'
import { exportUser } from '../../src/http/actions/export-user.ts'
import { eraseUser } from '../../src/http/actions/erase-user.ts'
import { getJob } from '../../src/http/actions/get-job.ts'
import { truncateRoom } from '../../src/http/actions/truncate-room.ts'
import { unbanUser } from '../../src/http/actions/unban-user.ts'
import { upsertUsers } from '../../src/http/actions/upsert-users.ts'
import { handler as server } from '../../src/http/routes/server.ts'
import type { ServerEvent } from '../../src/http/server-event.ts'
import { defined } from '../../src/protocol/defined.ts'
import type { ErrorCode } from '../../src/protocol/error-codes.ts'
import { handler as followUp } from '../../src/followups/handler.ts'
import { janitor } from '../../src/janitor/handler.ts'
import { SETTLED_MS } from '../../src/janitor/purge-room.ts'
import { busNewsOf } from '../../src/followups/bus-events.ts'
import { keepIndex } from '../../src/followups/keep-index.ts'
import { whomToWake } from '../../src/followups/whom-to-wake.ts'
import { BatchCache } from '../../src/streams/batch-cache.ts'
import { forgetRoom } from '../../src/rooms/forget-room.ts'
import { keepMentions } from '../../src/rooms/keep-mentions.ts'
import { keepThread } from '../../src/rooms/keep-thread.ts'
import { streamHandler } from '../../src/streams/handler.ts'
import type { SocketCaller } from '../../src/ws/caller.ts'
import { handler as connect } from '../../src/ws/routes/connect.ts'
import { handler as disconnect } from '../../src/ws/routes/disconnect.ts'
import type { SocketEvent } from '../../src/ws/socket-event.ts'
import { loadStack } from '../../terraform/stack.ts'
import { type Cost, costOf, type Metered, metered } from '../support/meter.ts'
import { expectDocumented } from '../support/documented.ts'
import { ownSession, subscribeRows } from '../support/subscribe-rows.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { handlers as serverHandlers } from '../../src/http/handlers.ts'
import { handlers } from './action-handlers.ts'
import { EXPIRES_AT } from './patterns.ts'

const { functions, routes } = loadStack()

const backend = { userId: 'shop', scopes: new Set(['server'] as const), backend: { sub: 'shop', actsAsUser: false } }

const ada: SocketCaller = {
  userId: 'ada',
  connectionId: 'AdaConnection00=',
  rowsExpireAt: EXPIRES_AT,
  openedAt: 0,
  scopes: new Set(),
}
const bob: SocketCaller = {
  userId: 'bob',
  connectionId: 'BobConnection00=',
  rowsExpireAt: EXPIRES_AT,
  openedAt: 0,
  scopes: new Set(),
}

/** Calls an action as the route does: parsed by its schema, with defaults filled in. */
const act = (action: Action, payload: Record<string, unknown> = {}, caller = ada) =>
  handlers[action].handle(actions[action].request.parse({ action, ...payload }), caller)

/** By function, the rights that all measured requests need. */
const seen = new Map<string, Map<string, { action: string; onIndex: boolean }>>()
const costs: { what: string; cost: Cost }[] = []

function note(functionName: string, requests: readonly Metered[]): void {
  const needs = seen.get(functionName) ?? new Map<string, { action: string; onIndex: boolean }>()
  for (const need of requests.flatMap((request) => request.needs)) needs.set(JSON.stringify(need), need)
  seen.set(functionName, needs)
}

/**
 * Runs `work` as this function of the stack. Records what it cost and needed. With `what`, the cost becomes a row of
 * the document.
 */
async function measure(functionName: string, work: () => Promise<unknown>, what?: string): Promise<Metered[]> {
  const requests = await metered(client, work)
  note(functionName, requests)
  if (what !== undefined) costs.push({ what, cost: costOf(requests) })
  return requests
}

/** Measures an action. The function of the server API needs the same rights, if it has the action. */
async function measureAct(action: Action, payload: Record<string, unknown>, what?: string, caller = ada) {
  const requests = await measure(routes[action]!.function, () => act(action, payload, caller), what)
  if (action in serverHandlers) note('server', requests)
  return requests
}

const measureRefused = (action: Action, payload: Record<string, unknown>, code: ErrorCode, what?: string, by = bob) =>
  measure(routes[action]!.function, () => expect(act(action, payload, by)).rejects.toMatchObject({ code }), what)

const cost = (what: string): Cost => costs.find((row) => row.what === what)!.cost

/** Returns the record of a room's details when they are changed for the first time. */
const recordOfDetails = (chatRoomId: string): DynamoDBRecord => ({
  eventName: 'INSERT',
  dynamodb: { NewImage: { __edb_e__: { S: 'ChatRoomDetails' }, ChatRoomId: { S: chatRoomId }, Version: { N: '1' } } },
})

/**
 * Creates a room of ada and bob with so many subscribed connections, theirs first. Other ids are as long as Cognito's.
 */
async function room(chatRoomId: string, connections = 2, joinId = 'sixteen-letters0'): Promise<void> {
  await putRoom({
    chatRoomId,
    roomName: chatRoomId,
    createdBy: 'ada',
    createdAt: Date.now(),
    owner: 'ada',
    members: ['ada', 'bob'],
    session: ownSession({ userId: 'ada', connectionId: ada.connectionId, expiresAt: EXPIRES_AT }),
  })
  const ids = Array.from({ length: connections }, (_, i) => [ada, bob][i]?.connectionId ?? `Other${i}AAAAAAAAA=`)
  await subscribeRows(
    ids.map((connectionId, i) => ({
      chatRoomId,
      connectionId,
      userId: [ada, bob][i]?.userId ?? `3f9c2d6e-0a1b-4c5d-8e7f-${String(i).padStart(12, '0')}`,
      joinId,
      expiresAt: EXPIRES_AT,
    })),
  )
}

const socketEvent = (caller: SocketCaller) =>
  ({
    requestContext: {
      connectionId: caller.connectionId,
      connectedAt: Date.now(),
      authorizer: {
        userId: caller.userId,
        exp: String(EXPIRES_AT),
        ...(caller.scopes.size === 0 ? {} : { scopes: [...caller.scopes].join(' ') }),
        ...defined({ sessionId: caller.sessionId }),
      },
    },
  }) as SocketEvent

let records = 0
const record = (eventName: 'INSERT' | 'MODIFY' | 'REMOVE', item: Record<string, unknown>): DynamoDBRecord => ({
  eventName,
  dynamodb: {
    SequenceNumber: String(++records),
    [eventName === 'REMOVE' ? 'OldImage' : 'NewImage']: marshall(item) as Record<string, AttributeValue>,
  },
})

const connectionRow = ({ connectionId, userId }: SocketCaller) => ({
  connectionId,
  userId,
  lastConnectedAt: 0,
  expiresAt: EXPIRES_AT,
})

/** Writes the row of a user who is present. */
const putPresent = (chatRoomId: string, { connectionId, userId }: Pick<SocketCaller, 'connectionId' | 'userId'>) =>
  Present.put({
    ...presentKey({ chatRoomId, userId, connectionId }),
    ...{ since: 0, changedAt: 0, until: EXPIRES_AT * 1_000, joinId: 'sixteen-letters0', session: `00#${connectionId}` },
    expiresAt: EXPIRES_AT,
  })

const joined = { role: 'member', joinedAt: 0, joinId: 'sixteen-letters0', joinedSeq: 0 } as const

/** Measures what the follow-ups do after somebody has joined a room. */
const measureJoined = (chatRoomId: string, what: string) =>
  measure(
    'followups',
    async () => {
      const Records = [record('INSERT', itemOf(Membership.put({ chatRoomId, userId: 'kim', ...joined }).params()))]
      expect(await followUp({ Records })).toEqual({ batchItemFailures: [] })
    },
    `the follow-ups: ${what}`,
  )

const itemOf = (params: Record<string, unknown>) => params.Item as Record<string, unknown>

const messageRow = (chatRoomId: string, seq: number) => ({
  chatRoomId,
  messageId: messageIdOf(seq),
  kind: 'broadcast' as const,
  senderId: 'ada',
  content: 'hello',
  timestamp: Date.now(),
})

const messageRecord = (chatRoomId: string, seq: number) =>
  record('INSERT', itemOf(Message.put(messageRow(chatRoomId, seq)).params()))

const membershipRecord = (eventName: 'INSERT' | 'REMOVE', chatRoomId: string, userId: string, joinId: string) =>
  record(
    eventName,
    itemOf(
      Membership.put({
        chatRoomId,
        userId,
        role: 'member',
        joinedAt: Date.now(),
        joinId,
        joinedSeq: 0,
        originConnectionId: '',
      }).params(),
    ),
  )

const posts: string[] = []
const close = async (connectionId: string) => {
  posts.push(`${connectionId} closed`)
}
const fanOut = streamHandler(
  async (connectionId) => {
    posts.push(connectionId)
  },
  undefined,
  close,
)

async function measureBatch(Records: DynamoDBRecord[], what?: string): Promise<Metered[]> {
  posts.length = 0
  return measure('streams', async () => expect(await fanOut({ Records })).toEqual({ batchItemFailures: [] }), what)
}

const operations = (requests: readonly Metered[]) => requests.map(({ operation }) => operation)

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
  await room('pair')
  await room('crowd', 1_000)
})
afterAll(() => ownBucket.close())

describe('what an action costs', () => {
  test('a send costs 2 write units, or 6 if it may be retried, and a retry none, whatever the size of the room', async () => {
    for (const chatRoomId of ['pair', 'crowd']) {
      const of = chatRoomId === 'pair' ? '2' : '1,000'
      const content = 'hello'
      await measureAct('sendMessage', { chatRoomId, content }, `\`sendMessage\`, room of ${of} connections`)
      const named = { chatRoomId, content, clientMessageId: 'c1' }
      await measureAct('sendMessage', named, `the same with \`clientMessageId\`, room of ${of} connections`)
      await measureAct('sendMessage', named, `the same once more (a retry), room of ${of} connections`)
    }
    for (const of of ['2', '1,000']) {
      expect(cost(`\`sendMessage\`, room of ${of} connections`)).toEqual({
        requests: 3,
        roundTrips: 3,
        reads: 1,
        writes: 2,
      })
      expect(cost(`the same with \`clientMessageId\`, room of ${of} connections`)).toEqual({
        requests: 5,
        roundTrips: 4,
        reads: 2,
        writes: 6,
      })
      expect(cost(`the same once more (a retry), room of ${of} connections`)).toEqual({
        requests: 3,
        roundTrips: 2,
        reads: 3,
        writes: 0,
      })
    }
  })

  test('messages to one user and to all cost the same once the direct room is there', async () => {
    const content = 'hello'
    await measureAct('sendMessage', { recipientId: 'cyd', content }, '`sendMessage` to a user, the first')
    await measureAct('sendMessage', { recipientId: 'cyd', content }, '`sendMessage` to a user, later')
    await measureAct('broadcastMessage', { chatRoomId: 'pair', content }, '`broadcastMessage`')
    expect(cost('`broadcastMessage`')).toEqual(cost('`sendMessage`, room of 2 connections'))
    expect(cost('`sendMessage` to a user, later').roundTrips).toBe(3)
  })

  test('a connection costs two writes and a read to come and one write to go', async () => {
    await measure('connect', () => connect(socketEvent(ada)), '`$connect`')
    await measure('disconnect', () => disconnect(socketEvent(ada)), '`$disconnect`')
    expect(cost('`$connect`')).toEqual({ requests: 3, roundTrips: 2, reads: 1, writes: 2 })
    expect(cost('`$disconnect`').requests).toBe(1)
    await connect(socketEvent(ada))
  })

  test('sync takes 6 sequential requests for one room or fifty, one more at first, and two more to read what was missed', async () => {
    await room('home')
    for (const content of ['1', '2', '3']) await act('sendMessage', { chatRoomId: 'home', content })
    const newcomer: SocketCaller = { ...ada, userId: 'dan', connectionId: 'DanConnection00=' }
    await addMember({ chatRoomId: 'home', userId: 'dan', role: 'member', joinedAt: 0, joinId: 'd0', joinedSeq: 0 })
    await measureAct('sync', {}, '`sync`, 1 room, the first of a session', newcomer)
    await measureAct('sync', {}, '`sync`, 1 room', newcomer)
    await measureAct('sync', { rooms: { home: 1 } }, '`sync`, 1 room, a few messages missed', newcomer)
    expect(cost('`sync`, 1 room, a few messages missed').roundTrips).toBe(cost('`sync`, 1 room').roundTrips + 2)
    for (let i = 1; i < 50; i++) {
      const chatRoomId = `r${i}`
      await putRoom({
        chatRoomId,
        roomName: chatRoomId,
        createdBy: 'dan',
        createdAt: Date.now(),
        members: ['dan'],
        session: ownSession({ userId: 'dan', connectionId: newcomer.connectionId, expiresAt: EXPIRES_AT }),
      })
    }
    await measureAct('sync', {}, '`sync`, 50 rooms', newcomer)
    await measureAct('sync', { rooms: { home: 3, elsewhere: 1 } }, undefined, newcomer)
    expect(cost('`sync`, 1 room, the first of a session').roundTrips).toBe(7)
    expect(cost('`sync`, 1 room').roundTrips).toBe(6)
    expect(cost('`sync`, 50 rooms').roundTrips).toBe(6)
    await measureAct('listRooms', {}, '`listRooms`, 50 rooms', newcomer)
    expect(cost('`listRooms`, 50 rooms').requests).toBe(2)
  })

  test('a reconnect with 50 rooms and nothing missed costs 55 + 55 units and less than $42 a million', async () => {
    // A Cognito user id, and room ids as a product would choose them.
    const userId = '3f9c2d6e-0a1b-4c5d-8e7f-0123456789ab'
    const [before, next] = ['Reconnect00000a=', 'Reconnect00000b='].map((connectionId) => ({
      ...ada,
      userId,
      connectionId,
      sessionId: 'tab',
    }))
    for (let i = 0; i < 50; i++) {
      const chatRoomId = `project-room-${String(i).padStart(4, '0')}`
      const room = { chatRoomId, roomName: 'A room', createdBy: userId, createdAt: 0, members: [userId] }
      await putRoom({
        ...room,
        session: ownSession({ userId, connectionId: 'Elsewhere00000=', expiresAt: EXPIRES_AT }),
      })
    }
    await connect(socketEvent(before!))
    await act('sync', { sessionId: 'tab' }, before)
    const end = record('REMOVE', itemOf(Connection.put({ ...connectionRow(before!), sessionKey: 'tab' }).params()))
    const reconnect = [
      ...(await measure('connect', () => connect(socketEvent(next!)))),
      ...(await measureAct('sync', { sessionId: 'tab' }, '`sync` of a session again, 50 rooms', next)),
      ...(await measure('disconnect', () => disconnect(socketEvent(before!)))),
      ...(await measureBatch([end], 'the stream: a connection gone whose session another has')),
    ]
    const { reads, writes } = costOf(reconnect)
    expect({ reads, writes }).toEqual({ reads: 55, writes: 55 })
    expect(reads * RRU_DOLLARS_PER_MILLION + writes * WRU_DOLLARS_PER_MILLION).toBeLessThanOrEqual(41.25)
    expect(cost('`sync` of a session again, 50 rooms').roundTrips).toBe(5)
  })

  test('a name in the token costs a sync half a read, and a write when it is another; without one, nothing', async () => {
    const named = (name: string): SocketCaller => ({
      ...{ ...ada, userId: 'lou', connectionId: 'LouConnection00=' },
      claimed: { name, imageUrl: 'https://people.example.com/lou.png' },
    })
    const { claimed: _, ...unnamed } = named('')
    const session = { sessionId: 'tab' }
    await measureAct('sync', session, undefined, unnamed)
    const without = costOf(await measureAct('sync', session, undefined, unnamed))
    await measureAct('sync', session, undefined, { ...unnamed, claimed: {} })
    vi.stubEnv('PROFILES', 'token')
    vi.resetModules()
    const { client: fresh } = await import('../../src/entities/table.ts')
    const { sync } = await import('../../src/ws/actions/sync.ts')
    const frame = actions.sync.request.parse({ action: 'sync', ...session })
    const again = async (name: string) => {
      const requests = await metered(fresh, () => sync.handle(frame, named(name)))
      note('sync', requests)
      return requests
    }
    const { requests, roundTrips, reads, writes } = without
    // If one of several parallel requests is late, they look like a chain. So the smallest of several measurements
    // counts.
    const fewest = async (...names: string[]) => {
      const costs: ReturnType<typeof costOf>[] = []
      for (const name of names) costs.push(costOf(await again(name)))
      return costs.toSorted((a, b) => a.roundTrips - b.roundTrips)[0]
    }
    const first = await fewest('Ann', 'Bea', 'Cyd', 'Dee', 'Lou')
    expect(first).toEqual({ requests: requests + 2, roundTrips, reads: reads + 0.5, writes: writes + 1 })
    expect(await fewest('Lou', 'Lou', 'Lou')).toEqual({
      requests: requests + 1,
      roundTrips,
      reads: reads + 0.5,
      writes,
    })
    expect(await fewest('Anna', 'Beate', 'Cydne', 'Deedee', 'Louise')).toEqual(first)
    vi.stubEnv('PROFILES', undefined)

    const users = Array.from({ length: 100 }, (_, i) => ({ userId: `named-${i}`, name: `Named ${i}` }))
    const upsert = { action: 'upsertUsers', users } as const
    await measure('server', () => upsertUsers.handle(upsert, backend), '`upsertUsers`, 100 users')
    await measureAct('setProfile', { name: 'Ada' }, '`setProfile`')
    await measureAct('getUsers', { userIds: users.map(({ userId }) => userId) }, '`getUsers`, 100 users')
    expect(cost('`setProfile`')).toEqual({ requests: 1, roundTrips: 1, reads: 0, writes: 1 })
    expect(cost('`getUsers`, 100 users')).toEqual({ requests: 1, roundTrips: 1, reads: 50, writes: 0 })
  })

  test('rooms are made, joined, shown and left in a number of requests that knows nothing of their size', async () => {
    await measureAct('createRoom', { roomName: 'New', members: ['bob'] }, '`createRoom`, 2 members')
    const members = Array.from({ length: 100 }, (_, i) => `user${i}`)
    await measureAct('createRoom', { roomName: 'Large', members }, '`createRoom`, 101 members')
    for (const chatRoomId of ['pair', 'crowd']) {
      const of = chatRoomId === 'pair' ? '2' : '1,000'
      const eve: SocketCaller = { ...ada, userId: `eve-${chatRoomId}`, connectionId: `Eve${chatRoomId}=` }
      await putConnection(connectionRow(eve))
      await measureAct('joinRoom', { chatRoomId }, `\`joinRoom\`, room of ${of} connections`, eve)
      await measureAct('joinRoom', { chatRoomId, lastSeq: 1 }, `the same again, room of ${of} connections`, eve)
      await measureAct('getRoom', { chatRoomId }, `\`getRoom\`, room of ${of} connections`, eve)
      await measureAct('leaveRoom', { chatRoomId }, `\`leaveRoom\`, room of ${of} connections`, eve)
    }
    for (const action of ['`joinRoom`', 'the same again', '`getRoom`', '`leaveRoom`']) {
      expect(cost(`${action}, room of 1,000 connections`).requests).toBe(
        cost(`${action}, room of 2 connections`).requests,
      )
    }
  })

  test('a typing indicator costs four reads and one write; a repeat writes nothing', async () => {
    const now = Date.now()
    const others = { chatRoomId: 'pair', userId: 'bob', isTyping: true, toldAt: now, until: now + 10_000 }
    await setTyping(others, undefined, now)
    await measureAct('typingIndicator', { chatRoomId: 'pair' }, '`typingIndicator`')
    await measureAct('typingIndicator', { chatRoomId: 'pair' }, '`typingIndicator`, a repeat within 5 s')
    expect(cost('`typingIndicator`')).toEqual({ requests: 5, roundTrips: 3, reads: 4, writes: 1 })
    expect(cost('`typingIndicator`, a repeat within 5 s')).toEqual({ requests: 3, roundTrips: 1, reads: 3, writes: 0 })
  })

  test('a page of 50 is two queries, and a hole in it is looked at twice and sealed', async () => {
    await room('talk')
    for (let i = 0; i < 50; i++) await act('sendMessage', { chatRoomId: 'talk', content: 'hello' })
    await measureAct('getHistory', { chatRoomId: 'talk' }, '`getHistory`, 50 messages')
    expect(cost('`getHistory`, 50 messages').requests).toBe(4)
    await nextSeq('talk', Date.now())
    await act('sendMessage', { chatRoomId: 'talk', content: 'hello' })
    await measureAct('getHistory', { chatRoomId: 'talk' }, '`getHistory`, 50 messages and a new hole')
    expect(cost('`getHistory`, 50 messages and a new hole')).toMatchObject({ requests: 5, writes: 2 })
    for (const action of ['sync', 'joinRoom'] as const) {
      await nextSeq('talk', Date.now())
      await act('sendMessage', { chatRoomId: 'talk', content: 'hello' })
      const lastSeq = action === 'sync' ? { rooms: { talk: 50 } } : { chatRoomId: 'talk', lastSeq: 50 }
      await measureAct(action, lastSeq)
    }
  })

  test('an upload costs two writes before it comes; a ping costs nothing', async () => {
    const file = { chatRoomId: 'pair', fileName: 'plan.pdf', contentType: 'application/pdf', size: 1_000 }
    await measureAct('handleFileUpload', file, '`handleFileUpload`')
    expect(cost('`handleFileUpload`')).toMatchObject({ requests: 5, writes: 2 })
    const message = {
      chatRoomId: 'pair',
      messageId: messageIdOf(900),
      kind: 'file',
      senderId: 'ada',
      content: '',
      timestamp: 0,
      fileUrl: 's3://tabletalk-files/rooms/pair/u1/0f',
      uploadId: 'u1',
      fileName: 'plan.pdf',
      contentType: 'application/pdf',
      size: 1_000,
    } as const
    await Message.put(message).go()
    await measureAct('getFileUrl', { chatRoomId: 'pair', messageId: message.messageId }, '`getFileUrl`')
    await measureAct('ping', {}, '`ping`')
    expect(cost('`ping`').requests).toBe(0)
  })
})

describe('what doors cost', () => {
  const cyd: SocketCaller = { ...ada, userId: 'cyd', connectionId: 'CydConnection00=' }
  const ivy: SocketCaller = { ...ada, userId: 'ivy', connectionId: 'IvyConnection00=' }

  test('a plain room pays nothing for gates, kicks and bans: a send and a fan-out cost what they did without', async () => {
    await room('plain')
    for (const [userId, action] of [
      ['kim', 'removeMember'],
      ['mal', 'banMember'],
    ] as const) {
      await act('addMembers', { chatRoomId: 'plain', userIds: [userId] })
      await act(action, { chatRoomId: 'plain', userId })
    }
    const message = { chatRoomId: 'plain', content: 'hello' }
    const send = costOf(await measureAct('sendMessage', message))
    expect(send).toEqual({ requests: 3, roundTrips: 3, reads: 1, writes: 2 })
    const named = costOf(await measureAct('sendMessage', { ...message, clientMessageId: 'c1' }))
    expect(named).toEqual({ requests: 5, roundTrips: 4, reads: 2, writes: 6 })
    const stream = await measureBatch([messageRecord('plain', 1)])
    expect(costOf(stream)).toEqual({ requests: 1, roundTrips: 1, reads: 1, writes: 0 })
    expect(operations(stream)).toEqual(['Query'])
  })

  test('a gate costs a send one write more and slow mode another; who is refused leaves nothing', async () => {
    await room('gated')
    const gated = { chatRoomId: 'gated' }
    const message = { ...gated, content: 'hello' }
    await measureAct('updateRoom', { ...gated, settings: { slowModeSeconds: 60 } }, '`updateRoom`')
    await measureAct('sendMessage', message, '`sendMessage`, slow mode', bob)
    await measureAct('sendMessage', message, '`sendMessage` of a moderator, slow mode')
    const named = { ...message, clientMessageId: 'c1' }
    await measureRefused('sendMessage', message, 'rate_limited', '`sendMessage`, too early in slow mode')
    await measureRefused(
      'sendMessage',
      named,
      'rate_limited',
      'the same with `clientMessageId`, too early in slow mode',
    )
    await measureRefused('broadcastMessage', named, 'rate_limited')
    await measureAct('closeRoom', { ...gated, closed: true }, '`closeRoom`')
    await measureRefused('sendMessage', message, 'room_closed', '`sendMessage`, closed room')
    expect(cost('`sendMessage`, slow mode')).toEqual({ requests: 5, roundTrips: 5, reads: 1, writes: 4 })
    expect(cost('`sendMessage` of a moderator, slow mode')).toMatchObject({ requests: 4, reads: 1, writes: 3 })
    expect(cost('`sendMessage`, too early in slow mode')).toMatchObject({ reads: 1, writes: 2 })
    expect(cost('`sendMessage`, closed room')).toMatchObject({ reads: 1, writes: 1 })
    const { data } = await SendGuard.get({ chatRoomId: 'gated', senderId: 'bob', clientMessageId: 'c1' }).go()
    expect(data).toBeNull()
  })

  test('people are added, shown out and banned in one transaction each', async () => {
    await room('club-of-many')
    const many = { chatRoomId: 'club-of-many' }
    const userIds = Array.from({ length: 100 }, (_, i) => `user${i}`)
    await measureAct('addMembers', { ...many, userIds: ['zoe'] }, '`addMembers`, 1 user')
    await measureAct('addMembers', { ...many, userIds }, '`addMembers`, 100 users')
    await measureAct('listMembers', many, '`listMembers`, 100 members')
    const zoe = { ...many, userId: 'zoe' }
    await measureAct('setRole', { ...zoe, role: 'moderator' }, '`setRole`')
    await measureAct('muteMember', { ...zoe, seconds: 60 }, '`muteMember`')
    await act('muteMember', { ...zoe, seconds: 0 })
    await measureAct('removeMember', zoe, '`removeMember`')
    await measureAct('removeMember', zoe, '`removeMember` of who is no member')
    await measureAct('banMember', { ...many, userId: 'user1' }, '`banMember`')
    await measureAct('banMember', zoe, '`banMember` of who is no member')
    await measureAct('listBans', many, '`listBans`')
    await measureAct('unbanMember', zoe, '`unbanMember`')
    await act('muteMember', { ...many, userId: 'bob', seconds: 60 })
    await measureAct('leaveRoom', many, '`leaveRoom` of who is muted', bob)
    await measureAct('muteMember', { ...many, userId: 'bob', seconds: 600 }, '`muteMember` of who has left, muted')
    await measureAct('joinRoom', many, '`joinRoom` of who is muted since before', bob)
    expect(cost('`removeMember`')).toMatchObject({ requests: 5, reads: 4, writes: 8 })
    expect(cost('`banMember`')).toMatchObject({ requests: 7, reads: 6, writes: 10 })
  })

  test('an invite costs its joiner one read and one update more', async () => {
    await putConnection(connectionRow(ivy))
    const { chatRoomId } = (await act('createRoom', { roomName: 'Private', access: 'private' })) as {
      chatRoomId: string
    }
    await measureAct('createInvite', { chatRoomId, maxUses: 5 }, '`createInvite`')
    await measureAct('listInvites', { chatRoomId }, '`listInvites`')
    const { invites } = (await act('listInvites', { chatRoomId })) as { invites: { invite: string }[] }
    const { invite } = invites[0]!
    await measureAct('joinRoom', { invite }, '`joinRoom` with an invite', ivy)
    await measureAct('revokeInvite', { chatRoomId, invite }, '`revokeInvite`')
    const open = cost('`joinRoom`, room of 2 connections')
    // The table's update counts twice, because it is in a transaction. The index's update counts once.
    expect(cost('`joinRoom` with an invite')).toMatchObject({
      requests: open.requests + 1,
      reads: open.reads + 1,
      writes: open.writes + 3,
    })
  })

  test('a room is changed in one transaction, and its history of changes read in one query', async () => {
    const open = { chatRoomId: 'square' }
    await act('createRoom', { ...open, roomName: 'Square', access: 'public' })
    await measureAct('updateRoom', { ...open, roomName: 'Market' }, '`updateRoom` of a public room, another name')
    await act('sendMessage', { ...open, content: 'hello' })
    const message = { ...open, messageId: messageIdOf(1) }
    await measureAct('pinMessage', message, '`pinMessage`')
    await measureAct('unpinMessage', message, '`unpinMessage`')
    await measureAct('reportMessage', { ...message, reason: 'spam' }, '`reportMessage`')
    await measureAct('getAudit', open, '`getAudit`')
    await measureAct('listPublicRooms', {}, '`listPublicRooms`')
    await measureAct('deleteRoom', open, '`deleteRoom`')
  })

  test('the end of a room costs a write for each of its rows, and its members’ records nothing', async () => {
    const members = Array.from({ length: 9 }, (_, i) => `tenant${i}`)
    await act('createRoom', { chatRoomId: 'block', roomName: 'Block', members })
    for (let i = 0; i < 10; i++)
      await act('sendMessage', { chatRoomId: 'block', content: 'hi', clientMessageId: `m${i}` })
    const { invite } = (await act('createInvite', { chatRoomId: 'block' })) as { invite: string }
    expect(invite).toHaveLength(22)
    const inTime = { getRemainingTimeInMillis: () => 300_000 }
    const run = () => janitor({ writes: 40_000, clock: () => Date.now() + SETTLED_MS })({}, inTime)
    await run()
    await act('deleteRoom', { chatRoomId: 'block' })
    await measure('janitor', run, 'the janitor: a room of 10 members, 10 messages and an invite')
    await measure('janitor', run, 'the janitor: nothing to do')
    await measureBatch(
      [membershipRecord('REMOVE', 'block', 'tenant1', 'j')],
      'the stream: a member of a deleted room gone',
    )
    expect(posts).toEqual([])
  })

  test('what a banned user has said costs a write each, and a count of many reactions what its rows are', async () => {
    const chatRoomId = 'spammed'
    await act('createRoom', { chatRoomId, roomName: 'Spammed', members: ['mal'] })
    const mal = { ...bob, userId: 'mal' }
    for (let i = 0; i < 10; i++) await act('sendMessage', { chatRoomId, content: `spam ${i}` }, mal)
    await act('banMember', { chatRoomId, userId: 'mal', deleteMessagesSeconds: 60 })
    const inTime = { getRemainingTimeInMillis: () => 300_000 }
    const run = () => janitor({ writes: 40_000 })({}, inTime)
    await measure('janitor', run, 'the janitor: 10 messages of a banned user')
    const { messageId } = (await act('sendMessage', { chatRoomId, content: 'nice' })) as { messageId: string }
    const message = { chatRoomId, messageId }
    await Reaction.put(
      Array.from({ length: 1_000 }, (_, i) => ({ ...message, reaction: '👍', userId: `fan${i}`, at: i })),
    ).go({ concurrent: 4 })
    await putJob(hourlyJobItem('recountReactions', message, 0))
    await measure('janitor', run, 'the janitor: 1,000 reactions to one message, counted again')
    expect(await getMessage(chatRoomId, messageId)).toMatchObject({ reactions: [{ count: 1_000 }] })
    // A reaction to a deleted message is deleted, too.
    const gone = { chatRoomId, messageId: messageIdOf(1) }
    await Reaction.put({ ...gone, reaction: '👍', userId: 'bob', at: 0 }).go()
    await putJob(hourlyJobItem('recountReactions', gone, 0))
    await measure('janitor', run)
  })

  test('a history is cleared by two writes, and then by one for each message and one for each guard', async () => {
    const chatRoomId = 'cleared'
    await act('createRoom', { chatRoomId, roomName: 'Cleared' })
    for (let i = 0; i < 10; i++) await act('sendMessage', { chatRoomId, content: 'old', clientMessageId: `old${i}` })
    const truncate = { action: 'truncateRoom', chatRoomId, before: 11 } as const
    let jobId = ''
    const clear = async () => ({ jobId } = await truncateRoom.handle(truncate, backend))
    await measure('server', clear, '`truncateRoom`')
    const inTime = { getRemainingTimeInMillis: () => 300_000 }
    const run = () => janitor({ writes: 40_000, clock: () => Date.now() + SETTLED_MS })({}, inTime)
    await measure('janitor', run, 'the janitor: 10 messages with guards that were cleared')
    const ask = () => getJob.handle({ action: 'getJob', jobId }, backend)
    await measure('server', ask, '`getJob` of one that is done')
    expect(await ask()).toMatchObject({ state: 'done', done: 10 })
  })

  test('an export is a write, and then the reads of its queries, or of the whole table', async () => {
    const chatRoomId = 'exported'
    await act('createRoom', { chatRoomId, roomName: 'Exported' })
    for (let i = 0; i < 50; i++) await act('sendMessage', { chatRoomId, content: 'x'.repeat(300) })
    const run = () => janitor({ writes: 40_000 })({}, { getRemainingTimeInMillis: () => 300_000 })
    await measure('server', () => exportRoom.handle({ action: 'exportRoom', chatRoomId }, backend), '`exportRoom`')
    await measure('janitor', run, 'the janitor: a room of 50 messages of 300 bytes exported')
    await measure('server', () => exportUser.handle({ action: 'exportUser', userId: 'ada' }, backend), '`exportUser`')
    await measure('janitor', run)
  })

  test('an erasure scans the table once, and writes what names the user', async () => {
    const chatRoomId = 'forgetful'
    await act('createRoom', { chatRoomId, roomName: 'Forgetful', members: ['max'] })
    const max = { ...bob, userId: 'max' }
    for (let i = 0; i < 10; i++) await act('sendMessage', { chatRoomId, content: 'me', clientMessageId: `me${i}` }, max)
    const erase = () => eraseUser.handle({ action: 'eraseUser', userId: 'max', mode: 'delete' }, backend)
    await measure('server', erase, '`eraseUser`, no connection')
    const inTime = { getRemainingTimeInMillis: () => 300_000 }
    const run = () => janitor({ writes: 40_000, clock: () => Date.now() + SETTLED_MS })({}, inTime)
    note('janitor', await metered(client, run))
    expect((await getMessage(chatRoomId, messageIdOf(1)))?.senderId).toBeUndefined()
  })

  test('the server API ends connections by a read and a write for each', async () => {
    const two = ['Lea1', 'Lea2'].map((connectionId) => ({ ...connectionRow(ada), connectionId, userId: 'lea' }))
    for (const one of two) await putConnection(one)
    const lea = { userId: 'lea' }
    const frame = { action: 'disconnectUser', ...lea } as const
    await measure('server', () => disconnectUser.handle(frame, backend), '`disconnectUser`, 2 connections')
    const asked = { ...two[0]!, closeRequested: Date.now() }
    const what = 'the stream: a connection that is to be closed'
    await measureBatch([record('MODIFY', itemOf(Connection.put(asked).params()))], what)
    expect(posts).toEqual(['Lea1', 'Lea1 closed'])
    await measure('server', () => banUser.handle({ ...frame, action: 'banUser' }, backend), '`banUser`, 2 connections')
    const refused = { ...ada, userId: 'lea', connectionId: 'Lea3' }
    await measure('connect', () => connect(socketEvent(refused)), '`$connect` of a banned user')
    const admin = socketEvent({ ...refused, userId: 'root', scopes: new Set(['admin'] as const) })
    await measure('connect', () => connect(admin), '`$connect` of an admin, the first time')
    await measure('connect', () => connect(admin), 'the same, later')
    await measure('server', () => unbanUser.handle({ ...frame, action: 'unbanUser' }, backend), '`unbanUser`')
  })

  test('a join of a large room counts with a write and reads no more than a page; the janitor reads the members once', async () => {
    const full = { chatRoomId: 'stadium', roomName: 'Stadium', createdBy: 'ada', createdAt: Date.now(), owner: 'ada' }
    await putRoom({ ...full, members: ['ada'] })
    const row = {
      chatRoomId: 'stadium',
      role: 'member',
      joinedAt: 0,
      joinId: 'sixteen-letters0',
      joinedSeq: 0,
    } as const
    const rows = Array.from({ length: 5_000 }, (_, i) => ({
      ...row,
      userId: `3f9c2d6e-0a1b-4c5d-8e7f-${String(i).padStart(12, '0')}`,
    }))
    await Membership.put(rows).go({ concurrent: 4 })
    const [ivy, joe] = ['ivy', 'joe'].map((userId) => ({ ...ada, userId, connectionId: `${userId}AAAAAAAAAAAA=` }))
    for (const { connectionId, userId } of [ivy!, joe!]) {
      await putConnection({ connectionId, userId, lastConnectedAt: 0, expiresAt: EXPIRES_AT })
    }
    await measureAct('joinRoom', { chatRoomId: 'stadium' }, '`joinRoom`, the first above 1,000 members', ivy)
    await measureAct('joinRoom', { chatRoomId: 'stadium' }, '`joinRoom`, above 1,000 members', joe)
    await measureAct(
      'addMembers',
      { chatRoomId: 'stadium', userIds: ['kim'] },
      '`addMembers`, 1 user, above 1,000 members',
    )
    for (const what of ['the first above 1,000 members', 'above 1,000 members']) {
      expect(cost(`\`joinRoom\`, ${what}`).reads, what).toBeLessThanOrEqual(100)
    }
    const inTime = { getRemainingTimeInMillis: () => 300_000 }
    let now = Date.now()
    const run = () => janitor({ writes: 40_000, clock: () => now })({}, inTime)
    await measure('janitor', run)
    now += SETTLED_MS
    await measure('janitor', run, 'the janitor: 5,000 members counted')
    await measureJoined('stadium', 'a member of a room of 5,000 joined')
    expect(cost('the follow-ups: a member of a room of 5,000 joined')).toMatchObject({ reads: 1, writes: 1 })
  })

  test('a join is followed by a read of the room, and of its members only where they are listed', async () => {
    const users = Array.from({ length: 99 }, (_, i) => `3f9c2d6e-0a1b-4c5d-8e7f-${String(i).padStart(12, '0')}`)
    for (const [chatRoomId, access] of [
      ['back-room', 'private'],
      ['front-room', 'public'],
    ] as const) {
      await act('createRoom', { chatRoomId, roomName: chatRoomId, access })
      await Membership.put(users.map((userId) => ({ chatRoomId, userId, ...joined }))).go({ concurrent: 4 })
    }
    await measureJoined('back-room', 'a member of a private room joined')
    await measureJoined('front-room', 'a member of a public room of 100 joined')
    expect(cost('the follow-ups: a member of a private room joined')).toMatchObject({ reads: 1, writes: 0 })
    expect(cost('the follow-ups: a member of a public room of 100 joined').reads).toBeLessThanOrEqual(10)
  })

  const lastOf = (characters: string) => (i: number) => `${String(i).padStart(4, '0')}${characters}`
  const [long, wide] = [lastOf('z'.repeat(124)), lastOf('\u{1f600}'.repeat(124))]
  const short = lastOf('')

  test.each([
    ['128 characters', long],
    ['500 bytes', wide],
    ['4 bytes, then of 128 characters', (i: number) => (i < 200 ? short : long)(i)],
    ['4 bytes, for two queries, then of 128 characters', (i: number) => (i < 400 ? short : long)(i)],
    ['4 bytes, for three queries, then of 128 characters', (i: number) => (i < 800 ? short : long)(i)],
    ['4 bytes, then of 500 bytes', (i: number) => (i < 200 ? short : wide)(i)],
  ])('a join reads no more members than its reply can hold, with ids of %s', async (length, idOf) => {
    const chatRoomId = `of-${length.replace(/[ ,]+/g, '-')}`
    await putRoom({ chatRoomId, roomName: 'Long', createdBy: 'ada', createdAt: 0, owner: 'ada', members: ['ada'] })
    const row = { chatRoomId, role: 'member', joinedAt: 0, joinId: 'sixteen-letters0', joinedSeq: 0 } as const
    const userIds = Array.from({ length: 1_001 }, (_, i) => idOf(i))
    await Membership.put(userIds.map((userId) => ({ ...row, userId }))).go({ concurrent: 4 })
    const lou = { ...ada, userId: 'lou', connectionId: 'lou-of-long-ids=' }
    await putConnection({ connectionId: lou.connectionId, userId: 'lou', lastConnectedAt: 0, expiresAt: EXPIRES_AT })
    expect(costOf(await measureAct('joinRoom', { chatRoomId }, undefined, lou)).reads).toBeLessThanOrEqual(100)
    const found: string[] = []
    for (let cursor: string | undefined; ;) {
      const page = (await act('getRoom', { chatRoomId, ...defined({ cursor }) }, lou)) as Reply<'getRoom'>
      found.push(...page.members)
      if (page.nextCursor === undefined) break
      cursor = page.nextCursor
    }
    expect(found).toEqual([...userIds, 'ada', 'lou'].sort())
  })

  test('an edit and a deletion cost one write, and the log of what was changed a transaction for all of a room', async () => {
    const chatRoomId = 'paper'
    await room(chatRoomId)
    for (let i = 0; i < 10; i++) await act('sendMessage', { chatRoomId, content: 'hello' })
    const ofMessage = (seq: number) => ({ chatRoomId, messageId: messageIdOf(seq) })
    await measureAct('editMessage', { ...ofMessage(1), content: 'hello, all' }, '`editMessage`')
    await measureAct('editMessage', { ...ofMessage(1), content: 'hello, all' }, 'the same edit once more (a retry)')
    await measureAct('deleteMessage', ofMessage(2), '`deleteMessage`')
    await addMember({ chatRoomId, userId: 'hal', role: 'moderator', joinedAt: 0, joinId: 'h0', joinedSeq: 0 })
    const hal = { ...ada, userId: 'hal', connectionId: 'HalConnection00=' }
    await act('sendMessage', { chatRoomId, content: 'hello' }, bob)
    await measureAct('deleteMessage', ofMessage(11), '`deleteMessage` of another’s, by a moderator', hal)
    expect(cost('`editMessage`')).toEqual({ requests: 5, roundTrips: 2, reads: 4, writes: 1 })
    expect(cost('the same edit once more (a retry)')).toMatchObject({ writes: 0 })
    expect(cost('`deleteMessage`')).toEqual({ requests: 4, roundTrips: 2, reads: 3, writes: 1 })

    const changed = (seq: number) =>
      record('MODIFY', itemOf(Message.put({ ...messageRow(chatRoomId, seq), version: 1 }).params()))
    const edit = (seq: number) => act('editMessage', { ...ofMessage(seq), content: 'hello again' })
    await measureBatch([changed(1)], 'the stream: a message changed, room of 2 connections')
    for (let seq = 3; seq <= 10; seq++) await edit(seq)
    const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(changed)
    await measureBatch(ten, 'the stream: ten messages of a room changed, 2 connections')
    // A message and its log: 1 + 1 for head and page, 1 for each message; 2 + 2n for the log, 1 for the room.
    expect(cost('the stream: a message changed, room of 2 connections')).toMatchObject({ reads: 3, writes: 5 })
    expect(cost('the stream: ten messages of a room changed, 2 connections')).toMatchObject({ reads: 12, writes: 23 })

    await measureAct('getChanges', { chatRoomId, after: 11 }, '`getChanges`, nothing new')
    await measureAct('getChanges', { chatRoomId, after: 1 }, '`getChanges`, ten messages changed')
    await measureAct('getMessages', { chatRoomId, messageIds: [messageIdOf(1)] }, '`getMessages`, one message')
    await measureAct('sync', { rooms: { [chatRoomId]: 11 }, revs: { [chatRoomId]: 1 } })
    await measureAct('joinRoom', { chatRoomId, lastSeq: 11, lastRev: 1 })
    expect(cost('`getChanges`, nothing new')).toEqual({ requests: 2, roundTrips: 1, reads: 2, writes: 0 })
  })

  test('a file, an upload and a pin of a deleted message go with a few requests that nobody waits for', async () => {
    const chatRoomId = 'paper'
    const pinned = { chatRoomId, messageId: messageIdOf(3) }
    await act('pinMessage', pinned)
    const gone = Message.put({ ...messageRow(chatRoomId, 3), uploadId: 'u1' }).params()
    const Records = [record('REMOVE', itemOf(gone))]
    const follow = async () => expect(await followUp({ Records })).toEqual({ batchItemFailures: [] })
    await measure('followups', follow, 'the follow-ups: a pinned message gone')
  })

  test('whom to wake costs a look at each member and at what they want; the bus itself counts the members', async () => {
    await room('bell')
    const founded = {
      chatRoomId: 'bell',
      role: 'member',
      joinedAt: 1,
      joinId: 'sixteen-letters0',
      joinedSeq: 0,
    } as const
    const add = (from: number, to: number) =>
      Membership.put(
        Array.from({ length: to - from }, (_, i) => ({
          ...founded,
          userId: `3f9c2d6e-0a1b-4c5d-8e7f-${String(from + i).padStart(12, '0')}`,
        })),
      ).go({ concurrent: 4 })
    const message = {
      ...founded,
      messageId: messageIdOf(1),
      kind: 'text',
      senderId: 'ada',
      content: 'hi',
      timestamp: 1,
    } as const
    const wake = (more: object = {}) => whomToWake({ ...message, ...more }, undefined, new BatchCache(), Date.now())
    await add(2, 10)
    await measure('followups', wake, 'the follow-ups: whom to wake for a message, 10 members')
    await add(10, 1_000)
    await measure('followups', wake, 'the follow-ups: whom to wake for a message, 1,000 members')
    await add(1_000, 1_001)
    const threadId = messageIdOf(1)
    await measure('followups', () => wake({ messageId: messageIdOf(2), threadId, mentions: '["bob"]' }))
    await act('updateRoom', { chatRoomId: 'bell', topic: 'Bells' })
    const details = await metered(client, () => busNewsOf(recordOfDetails('bell'), Date.now()))
    note('followups', details)
    expect(costOf(details).reads).toBeLessThan(70)
    expect(costOf(details).writes).toBe(0)
    expect(cost('the follow-ups: whom to wake for a message, 10 members').reads).toBeLessThan(20)
    expect(cost('the follow-ups: whom to wake for a message, 1,000 members').reads).toBeLessThan(1_700)
  })

  test('a block changes the two roles in the direct room, so that no send reads more', async () => {
    await act('sendMessage', { recipientId: 'cyd', content: 'hello' })
    await measureAct('blockUser', { userId: 'ada' }, '`blockUser`', cyd)
    await measureRefused('sendMessage', { recipientId: 'cyd', content: 'hello' }, 'forbidden', undefined, ada)
    await measureAct('listBlocked', {}, '`listBlocked`', cyd)
    await measureAct('unblockUser', { userId: 'ada' }, '`unblockUser`', cyd)
  })

  test('who was named when a room was made costs their row, in whatever they do first', async () => {
    const founded = { chatRoomId: 'founded', roomName: 'Founded', createdBy: 'ada', createdAt: Date.now() }
    const file = { fileName: 'plan.pdf', contentType: 'application/pdf', size: 1_000 }
    const firsts = [
      ['getHistory', {}],
      ['markUnread', { seq: 1 }],
      ['typingIndicator', {}],
      ['handleFileUpload', file],
      ['sendMessage', { content: 'hello' }],
      ['broadcastMessage', { content: 'hello' }],
      ['leaveRoom', {}],
      ['enterPresence', {}],
    ] as const
    const pendingMembers = firsts.map(([action]) => `first-${action}`)
    await ChatRoom.put({ ...founded, setup: 'pending', pendingMembers }).go()
    for (const [action, payload] of firsts) {
      const by = { ...bob, userId: `first-${action}` }
      const requests = await measureAct(action, { chatRoomId: 'founded', ...payload }, undefined, by)
      expect([action, operations(requests).includes('TransactWriteItems')]).toEqual([action, true])
    }
    await completeRoom(founded, pendingMembers)
    const found = await roomWithMembers('founded', { limit: 10 })
    expect(found!.members).toEqual(pendingMembers.filter((userId) => userId !== 'first-leaveRoom').sort())
  })

  test('a mark is one write, and a read that says whether one is in, and unread messages are counted for the rooms that have some', async () => {
    const reader: SocketCaller = { ...ada, userId: 'fin', connectionId: 'FinConnection00=' }
    const rooms = Array.from({ length: 50 }, (_, i) => `project-room-${String(1_000 + i)}`)
    for (const [i, chatRoomId] of rooms.entries()) {
      const room = { chatRoomId, roomName: 'A room', createdBy: 'ada', createdAt: Date.now(), owner: 'ada' }
      await putRoom({ ...room, members: ['ada', 'fin'] })
      if (i >= 10) continue
      for (let n = 0; n < 10; n++) await act('sendMessage', { chatRoomId, content: 'hello' })
    }
    const heads = (count: number) => Object.fromEntries(rooms.map((id, i) => [id, i < 10 ? count : 0]))
    await measureAct('markRead', { reads: { [rooms[0]!]: 1 } }, '`markRead`, 1 room', reader)
    await measureAct('markRead', { reads: { [rooms[0]!]: 1 } }, 'the same again', reader)
    await measureAct('markRead', { reads: heads(1) }, '`markRead`, 50 rooms', reader)
    await measureAct('getUnread', { heads: heads(1) }, '`getUnread`, 50 rooms without news', reader)
    await measureAct('getUnread', { heads: heads(10) }, '`getUnread`, 50 rooms, 10 of them with 9 messages', reader)
    await measureAct('getUnread', { heads: { [rooms[0]!]: 10 } }, '`getUnread`, 1 room with 9 messages', reader)
    await measureAct('markUnread', { chatRoomId: rooms[0], seq: 1 }, '`markUnread`', reader)
    await measureAct('setNotifications', { chatRoomId: rooms[0], level: 'none' }, '`setNotifications`', reader)
    expect(cost('`setNotifications`')).toMatchObject({ reads: 2, writes: 1 })
    await measureAct('getReceipts', { chatRoomId: rooms[0] }, '`getReceipts`, 2 members', reader)
    const readers = Array.from({ length: 98 }, (_, i) => ({
      userId: `project-member-${100 + i}`,
      chatRoomId: rooms[0]!,
    }))
    const joined = { role: 'member', joinedAt: Date.now(), joinId: 'sixteen-letters0', joinedSeq: 0 } as const
    await Membership.put(readers.map((key) => ({ ...key, ...joined }))).go({ concurrent: 4 })
    await RoomState.put(readers.map((key) => ({ ...stateKey(key), readSeq: 1, readAt: 0 }))).go({ concurrent: 4 })
    await measureAct('getReceipts', { chatRoomId: rooms[0] }, '`getReceipts`, 100 members', reader)
    for (const what of ['`markRead`, 1 room', 'the same again']) {
      expect(cost(what)).toEqual({ requests: 2, roundTrips: 2, reads: 1, writes: 1 })
    }
    expect(cost('`markRead`, 50 rooms')).toMatchObject({ reads: 50, writes: 50 })
    expect(cost('`getUnread`, 50 rooms without news')).toMatchObject({ requests: 3, writes: 0 })
    expect(cost('`getUnread`, 50 rooms, 10 of them with 9 messages').reads).toBeLessThanOrEqual(33)

    // Marks of rooms that are far apart in the list, and rooms that were joined before read markers existed.
    for (let i = 0; i < 20; i++) await act('markRead', { reads: { [`m-${i}`]: 1 } }, reader)
    await UserRoom.patch(userRoomKey({ userId: 'fin', chatRoomId: rooms[0]! }))
      .remove(['joinedSeq'])
      .go()
    await measureAct('getUnread', { heads: { a: 1, [rooms[0]!]: 1, z: 1 } }, undefined, reader)
  })

  test('a presence is two writes, its renewal one, and who is online none', async () => {
    await room('seen')
    for (const caller of [ada, bob]) await putConnection(connectionRow(caller))
    const here = { chatRoomId: 'seen' }
    const adas = itemOf(putPresent('seen', ada).params())
    const entered = await measureAct('enterPresence', { ...here, data: { at: 'top' } }, '`enterPresence`')
    await measureAct('enterPresence', here, '`enterPresence`, a renewal')
    await measureAct('enterPresence', { ...here, data: { at: 'end' } }, '`enterPresence`, other data')
    for (let i = 0; i < 4; i++) {
      await putPresent('seen', { userId: `other-${i}`, connectionId: `Other${i}AAAAAAAAA=` }).go()
    }
    await measureAct('getPresence', here, '`getPresence`, 5 present')
    await putPresent('seen', ada).go()
    await measureBatch([record('INSERT', adas)], 'the stream: one of 5 present has come')
    expect(posts).toHaveLength(5)
    const renewed = { ...adas, RenewedAt: 1 }
    expect(await measureBatch([record('MODIFY', renewed)])).toEqual([])
    await measureAct('leavePresence', here, '`leavePresence`')
    await measureBatch([record('REMOVE', adas)], 'the stream: one of 5 present has gone')
    expect(posts).toHaveLength(4)
    await measureAct('getOnline', { chatRoomIds: ['seen'] }, '`getOnline`, 1 room of 2 connections')
    const ids = Array.from({ length: 50 }, (_, i) => `project-room-${String(1_000 + i)}`)
    await measureAct('getOnline', { chatRoomIds: ids }, '`getOnline`, 50 rooms without connections')
    expect(entered.length).toBe(9)
    expect(cost('`enterPresence`').writes).toBe(2)
    expect(cost('`enterPresence`, a renewal').writes).toBe(1)
    expect(cost('`getOnline`, 1 room of 2 connections')).toMatchObject({ reads: 2.5, writes: 0 })
  })

  test('a backend’s action costs one write more, which counts it', async () => {
    const lambda = { sub: 'shop', exp: String(EXPIRES_AT), scopes: 'server' }
    const event = {
      pathParameters: { action: 'broadcastMessage' },
      body: JSON.stringify({ chatRoomId: 'pair', content: 'hello' }),
      requestContext: { authorizer: { lambda } },
    } as unknown as ServerEvent
    const call = async () => expect(await server(event)).toMatchObject({ statusCode: 200 })
    await measure('server', call, '`broadcastMessage` by a backend')
    expect(cost('`broadcastMessage` by a backend').writes).toBe(cost('`broadcastMessage`').writes + 1)
  })
})

describe('what talk costs', () => {
  const say = async (chatRoomId: string, more = {}) =>
    (await act('sendMessage', { chatRoomId, content: 'hello', ...more })) as Reply<'sendMessage'>

  const reactionRecord = (messageId: string, userId: string) =>
    record('INSERT', itemOf(Reaction.put({ chatRoomId: 'loved', messageId, reaction: '👍', userId, at: 1 }).params()))

  test('a reaction is one row, and twenty of a batch are one summary', async () => {
    await room('loved')
    const { messageId } = await say('loved')
    const reaction = { chatRoomId: 'loved', messageId, reaction: '👍' }
    await measureAct('addReaction', reaction, '`addReaction`')
    await measureAct('addReaction', reaction, '`addReaction`, a repeat')
    await measureBatch([reactionRecord(messageId, 'ada')], 'the stream: 1 reaction')
    await Reaction.put(Array.from({ length: 20 }, (_, i) => ({ ...reaction, userId: `fan-${i}`, at: i + 2 }))).go()
    const twenty = Array.from({ length: 20 }, (_, i) => reactionRecord(messageId, `fan-${i}`))
    await measureBatch(twenty, 'the stream: 20 reactions to one message')
    await measureAct('getReactions', { chatRoomId: 'loved', messageId }, '`getReactions`')
    await measureAct('removeReaction', reaction, '`removeReaction`')
    expect(cost('`addReaction`')).toEqual({ requests: 4, roundTrips: 1 + 1, reads: 3, writes: 1 })
    expect(cost('`addReaction`, a repeat')).toMatchObject({ reads: 3, writes: 1 })
    expect(cost('the stream: 20 reactions to one message').requests).toBe(cost('the stream: 1 reaction').requests)
    // Reactions to a deleted message are deleted.
    await Reaction.put({ ...reaction, messageId: messageIdOf(77), userId: 'ada', at: 1 }).go()
    await measureBatch([reactionRecord(messageIdOf(77), 'ada')])
    const clipped = await act('getHistory', { chatRoomId: 'loved' }, bob)
    expect(clipped).toMatchObject({ messages: [{ reactions: [{ count: 21 }] }] })
    await measureAct('getHistory', { chatRoomId: 'loved' }, '`getHistory`, 1 message with more reactions than it names')
  })

  test('a reply reads its root and the room, and what follows it is counted once for a batch', async () => {
    await room('thready')
    const { messageId: threadId } = await say('thready')
    const thread = { chatRoomId: 'thready', threadId }
    const message = { ...thread, content: 'hello' }
    await measureAct('sendMessage', message, '`sendMessage`, a reply in a thread')
    await measureAct('broadcastMessage', message)
    const file = { fileName: 'plan.pdf', contentType: 'application/pdf', size: 1_000 }
    await measureAct('handleFileUpload', { ...thread, ...file })
    const replies: string[] = []
    for (let i = 0; i < 50; i++) replies.push((await say('thready', { threadId })).messageId)
    await measure('followups', () => keepThread(thread, replies.slice(0, 1)), 'the follow-ups: 1 reply in a thread')
    await measure('followups', () => keepThread(thread, replies), 'the follow-ups: 50 replies in one thread')
    await measure('followups', () => keepThread(thread, [messageIdOf(999)]))
    await measureAct('getHistory', thread, '`getHistory` of a thread, 50 replies')
    await measureAct('getHistory', { chatRoomId: 'thready', view: 'room' }, '`getHistory`, 50 replies left out')
    await measureAct('followThread', { ...thread, following: true }, '`followThread`')
    await measureAct('getThreads', {}, '`getThreads`, 1 thread')
    expect(cost('`sendMessage`, a reply in a thread')).toEqual({ requests: 5, roundTrips: 3, reads: 3, writes: 2 })
    // Reads whether a missing root has replies.
    const gone = { chatRoomId: 'thready', threadId: '0000000000009999' }
    await measureRefused('broadcastMessage', { ...gone, content: 'x' }, 'message_not_found', undefined, ada)
  })

  test('a mention costs a read and a write for each member that it names', async () => {
    await room('club-of-ten')
    const userIds = Array.from({ length: 10 }, (_, i) => `user${i}`)
    await act('addMembers', { chatRoomId: 'club-of-ten', userIds })
    const { messageId, timestamp } = await say('club-of-ten', { mentions: userIds })
    const message = { chatRoomId: 'club-of-ten', messageId, timestamp }
    await measure('followups', () => keepMentions(message, ['user1']), 'the follow-ups: 1 member mentioned')
    await measure('followups', () => keepMentions(message, userIds), 'the follow-ups: 10 members mentioned')
    await measureAct('getMentions', {}, '`getMentions`, 1 mention', { ...bob, userId: 'user1' })
    await measureAct(
      'sendMessage',
      { chatRoomId: 'club-of-ten', content: 'all', mentionRoom: true },
      '`sendMessage` that mentions the room',
    )
    await act('removeMember', { chatRoomId: 'club-of-ten', userId: 'user1' })
    const departure = { chatRoomId: 'club-of-ten', userId: 'user1' }
    await measure('followups', () => forgetRoom(departure), 'the follow-ups: a member gone')
    expect(cost('the follow-ups: 1 member mentioned')).toMatchObject({ reads: 2, writes: 1 })
  })

  test('whom a message mentions is looked up once for who may write it: not for a stranger, nor for a retry', async () => {
    await room('club-of-mentions')
    const mentions = Array.from({ length: 50 }, (_, i) => `user${i}`)
    const message = { chatRoomId: 'club-of-mentions', content: 'hello', mentions, clientMessageId: 'c1' }
    const readsOf = (requests: Metered[]) => costOf(requests).reads
    const stranger = { ...bob, userId: 'eve' }
    const refused = (payload: Record<string, unknown>) =>
      measureRefused('sendMessage', payload, 'not_a_member', undefined, stranger)
    expect(readsOf(await refused(message))).toBe(readsOf(await refused({ ...message, mentions: [] })))
    expect(readsOf(await measureAct('sendMessage', message))).toBeGreaterThanOrEqual(25)
    expect(readsOf(await measureAct('sendMessage', message))).toBeLessThan(5)
  })

  /** Runs an action with search on. The other figures are without search. */
  async function withSearch() {
    vi.stubEnv('SEARCH', 'on')
    vi.resetModules()
    const [{ searchMessages }, { client: itsClient }] = await Promise.all([
      import('../../src/ws/actions/search-messages.ts'),
      import('../../src/entities/table.ts'),
    ])
    vi.unstubAllEnvs()
    return async (query: string, what: string) => {
      const input = actions.searchMessages.request.parse({
        ...{ action: 'searchMessages', chatRoomIds: ['searched'], query },
      })
      const requests = await metered(itsClient, () => searchMessages.handle(input, ada))
      for (const name of ['search', 'server']) note(name, requests)
      costs.push({ what, cost: costOf(requests) })
    }
  }

  test('where there is search, a message costs a write for each of its words', async () => {
    await room('searched')
    const content = 'the quick brown foxes jump over lazy dogs while cats sleep nearby'
    for (let i = 0; i < 21; i++) await say('searched', { content: i === 0 ? content : `${content} today` })
    const row = async (seq: number) => (await getMessage('searched', messageIdOf(seq)))!
    const sent = async (seq: number) => record('INSERT', itemOf(Message.put(await row(seq)).params()))
    const index = (records: DynamoDBRecord[], what?: string) =>
      measure('followups', () => keepIndex(records, (_record, _what, error) => expect(error).toBeUndefined()), what)
    await index([await sent(1)], 'the follow-ups with search: 1 message of 12 words')
    const others = await Promise.all(Array.from({ length: 20 }, (_, i) => sent(i + 2)))
    await index(others, 'the follow-ups with search: 20 messages of the same 13 words')
    const search = await withSearch()
    await search('quick brown fo', '`searchMessages`, 3 words in 1 room, 20 hits')
    await search('quick elephants', '`searchMessages`, no hit')
    const before = await row(1)
    await act('deleteMessage', { chatRoomId: 'searched', messageId: messageIdOf(1) })
    await index([record('REMOVE', itemOf(Message.put(before).params()))], 'the follow-ups with search: 12 words gone')
    expect(cost('the follow-ups with search: 1 message of 12 words')).toMatchObject({ reads: 1, writes: 12 })
  })
})

describe('what a batch of the stream costs', () => {
  test('one query for a hundred messages of a room as for one', async () => {
    const one = await measureBatch([messageRecord('pair', 1)], 'the stream: 1 message, room of 2 connections')
    const hundred = Array.from({ length: 100 }, (_, i) => messageRecord('pair', i + 1))
    const many = await measureBatch(hundred, 'the stream: 100 messages of one room of 2 connections')
    expect(operations(one)).toEqual(['Query'])
    expect(operations(many)).toEqual(['Query'])
    expect(posts.sort()).toEqual([ada.connectionId, bob.connectionId])
  })

  test('one query for each room', async () => {
    await room('other')
    const two = await measureBatch(
      [messageRecord('pair', 1), messageRecord('other', 1), messageRecord('pair', 2)],
      'the stream: 3 messages of two rooms of 2 connections',
    )
    expect(operations(two)).toEqual(['Query', 'Query'])
  })

  test('nothing for each member: a page of 1 MB is one query, however many it holds', async () => {
    // When a function's instance sees the room for the first time, it stores the size.
    const first = await measureBatch([messageRecord('crowd', 1)])
    expect(operations(first)).toEqual(['Query', 'UpdateItem'])
    const crowd = await measureBatch([messageRecord('crowd', 2)], 'the stream: 1 message, room of 1,000 connections')
    expect(operations(crowd)).toEqual(['Query'])
    expect(posts).toHaveLength(1_000)

    // 1,000 rows of about 1.3 KB are more than one page. The rest becomes tasks.
    await room('vast', 1_000, 'j'.repeat(1_000))
    await act('broadcastMessage', { chatRoomId: 'vast', content: 'hello' })
    expect(operations(await measureBatch([messageRecord('vast', 1)]))).toEqual([
      'Query',
      // Reads the changes that are pending for the room.
      'GetItem',
      'BatchWriteItem',
      'UpdateItem',
    ])
    const ofPage = [...posts]
    expect(ofPage.length).toBeGreaterThan(500)
    const { data: tasks } = await FanOutTask.scan.go({ pages: 'all' })
    const worked = await measureBatch(tasks.map((task) => record('INSERT', itemOf(FanOutTask.put(task).params()))))
    // The page, and the departures.
    expect(operations(worked).filter((operation) => operation === 'Query')).toHaveLength(2 * tasks.length)
    expect(new Set([...ofPage, ...posts]).size).toBe(1_000)
    expect(ofPage.length + posts.length).toBe(1_000)
  })

  test('a member who comes or goes costs a few requests, and so does a connection that has gone', async () => {
    await room('club')
    for (const i of [1, 2]) {
      await putSession(ownSession({ connectionId: `Fay${i}`, userId: 'fay', expiresAt: EXPIRES_AT }))
    }
    const join = { role: 'member', joinedAt: Date.now(), joinedSeq: 0 } as const
    await addMember({ chatRoomId: 'club', userId: 'fay', joinId: 'f1', ...join })
    await measureBatch(
      [membershipRecord('INSERT', 'club', 'fay', 'f1')],
      'the stream: a member with 2 connections put into a room',
    )
    expect(new Set(posts)).toEqual(new Set([ada.connectionId, bob.connectionId, 'Fay1', 'Fay2']))
    await measureBatch(
      [membershipRecord('REMOVE', 'club', 'fay', 'f1')],
      'the stream: a member with 2 connections gone from a room',
    )

    const membership = { chatRoomId: 'club', userId: 'fay', joinId: 'f1' }
    await removeMember(membership, Date.now())
    const kick = auditItem({ ...membership, action: 'kick', by: 'ada', at: Date.now() })
    await measureBatch(
      [record('INSERT', itemOf(Audit.put(kick).params()))],
      'the stream: a member with 2 connections told that they were shown out',
    )
    expect(posts.sort()).toEqual(['Fay1', 'Fay2'])

    await addMember({ chatRoomId: 'club', userId: 'gus', joinId: 'g1', ...join })
    const gone = { connectionId: 'Gus1', userId: 'gus', lastConnectedAt: 0, expiresAt: EXPIRES_AT }
    await putConnection(gone)
    await measureBatch([membershipRecord('INSERT', 'club', 'gus', 'g1')])
    await measureBatch([record('REMOVE', itemOf(Connection.put(gone).params()))], 'the stream: a connection gone')
  })

  test('whoever comes online is told of in their direct rooms, for some reads each, and nothing is written', async () => {
    const zed = { ...bob, userId: 'zed', connectionId: 'ZedConnection00=' }
    await putConnection(connectionRow(zed))
    await act('sendMessage', { recipientId: 'ada', content: 'hello' }, zed)
    const session = ownSession({ userId: 'zed', connectionId: zed.connectionId, expiresAt: EXPIRES_AT })
    await putSession(session)
    await measureBatch(
      [record('INSERT', itemOf(Session.put(session).params()))],
      'the stream: a user with 1 direct room has come online',
    )
    expect(cost('the stream: a user with 1 direct room has come online').writes).toBe(0)
  })

  test('a marker that moves is told to the own devices for two reads, and to the senders for three more', async () => {
    await room('readers')
    for (const i of [1, 2]) await act('sendMessage', { chatRoomId: 'readers', content: String(i) })
    const moved = (readSeq: number, more: object = {}) => {
      const key = stateKey({ userId: 'bob', chatRoomId: 'readers' })
      return record('INSERT', itemOf(RoomState.put({ ...key, readSeq, readAt: 1, ...more }).params()))
    }
    for (const connectionId of [bob.connectionId, 'Bob2']) {
      await putSession(ownSession({ connectionId, userId: 'bob', expiresAt: EXPIRES_AT }))
    }
    const origin = { originConnectionId: bob.connectionId }
    await measureBatch([moved(2, { ...origin, private: true })], 'the stream: a private marker that has moved')
    expect(posts).toEqual(['Bob2'])
    await measureBatch([moved(2, origin)], 'the stream: a marker that has moved, small room')
    expect(posts.sort()).toEqual([ada.connectionId, 'Bob2'])
    expect(cost('the stream: a private marker that has moved')).toEqual({
      requests: 2,
      roundTrips: 1,
      reads: 2,
      writes: 0,
    })
    expect(cost('the stream: a marker that has moved, small room')).toMatchObject({ requests: 5, reads: 5, writes: 0 })
  })

  test('what was cut off, late or unwanted is made good', async () => {
    const cut = { chatRoomId: 'cut', roomName: 'Cut', createdBy: 'ada', createdAt: 0 }
    const pending = ChatRoom.put({ ...cut, setup: 'pending', pendingMembers: ['zoe'] })
    await pending.go()
    const Records = [record('INSERT', itemOf(pending.params()))]
    await measure('followups', async () => expect(await followUp({ Records })).toEqual({ batchItemFailures: [] }))
    expect((await roomWithMembers('cut', { limit: 10 }))!.members).toEqual(['zoe'])

    await room('late')
    await nextSeq('late', Date.now())
    await act('sendMessage', { chatRoomId: 'late', content: 'hello' })
    const late = { chatRoomId: 'late', userId: 'fay', role: 'member', joinedAt: 0, joinId: 'f2', joinedSeq: 0 } as const
    await addMember(late)
    await measureBatch([record('INSERT', itemOf(Membership.put(late).params()))])

    const unwanted = streamHandler(async () => {
      throw Object.assign(new Error('gone'), { $metadata: { httpStatusCode: 410 } })
    })
    await measure('streams', () => unwanted({ Records: [messageRecord('late', 1)] }))
  })
})

const counted = { 'UpdateItem on the table': 'where RATE_LIMITS has the class of the action, it is counted' }

/** Rights in the stack that are not used here, and when they are needed. */
const rare: Record<string, Record<string, string>> = {
  sync: {
    'DeleteItem on the table': 'a membership that ends while its connection syncs takes its subscription along',
    'GetItem on the table': 'a further page asks for which session the connection has synced',
    'ConditionCheckItem on the table': 'a membership of version 0.1.0 that the client names gets its mirror',
  },
  janitor: { 'BatchGetItem on the table': 'a message that changes while it is deleted is read again' },
  queries: counted,
  search: {
    ...counted,
    'PutItem on the table': 'who was named when the room was made, and has no row yet, gets it',
    'ConditionCheckItem on the table': 'the same',
  },
  typingIndicator: counted,
  handleFileUpload: counted,
  followups: {
    'ConditionCheckItem on the table': 'a first member whose mirror was there before gets it again',
  },
}

/** These functions follow an upload, and can't be run here without a bucket. */
const notRunHere = ['objectCreated', 'thumbnails']

test('every function may do in the table what it does, and no more', () => {
  const found = Object.entries(functions)
    .filter(([name]) => !notRunHere.includes(name))
    .map(([name, { touches }]) => {
      const declared = [
        ...(touches.table ?? []).map((action) => `${action} on the table`),
        ...(touches.index ?? []).map((action) => `${action} on the index`),
      ]
      const observed = [...(seen.get(name)?.values() ?? [])].map(
        ({ action, onIndex }) => `${action} on the ${onIndex ? 'index' : 'table'}`,
      )
      return {
        name,
        forbidden: observed.filter((need) => !declared.includes(need)).sort(),
        unneeded: declared.filter((need) => !observed.includes(need)).sort(),
      }
    })
  expect(found).toEqual(
    found.map(({ name }) => ({ name, forbidden: [], unneeded: Object.keys(rare[name] ?? {}).sort() })),
  )
})

test('the document tells what was measured of actions and batches', () => {
  const rows = costs.map(({ what, cost: { requests, roundTrips, reads, writes } }) => ({
    Action: what,
    Requests: String(requests),
    'Round trips': String(roundTrips),
    RRU: String(reads),
    WRU: String(writes),
    '$ per million': (reads * RRU_DOLLARS_PER_MILLION + writes * WRU_DOLLARS_PER_MILLION).toFixed(2),
  }))
  expectDocumented('costs', rows)
})

const RRU_DOLLARS_PER_MILLION = 0.125
const WRU_DOLLARS_PER_MILLION = 0.625
