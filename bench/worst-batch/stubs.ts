/**
 * The stream function on a table and a gateway that are stubs, with a clock of their own. So the figures are the same
 * on every machine: they have the round trips, and not the CPU time.
 */
import { setImmediate as pause } from 'node:timers/promises'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'
import type { PostFrame } from '../../src/delivery/posting/post-frame.ts'

process.env.CONNECTIONS_ENDPOINT = 'http://localhost:1'
process.env.TABLE_NAME = 'bench'
process.env.AWS_REGION = 'us-east-1'
process.env.POWERTOOLS_METRICS_DISABLED = 'true'
process.env.POWERTOOLS_METRICS_NAMESPACE = 'bench'

const { client } = await import('../../src/entities/table.ts')
const { ChatRoom } = await import('../../src/entities/chat-room.ts')
const { ChatRoomDetails } = await import('../../src/entities/chat-room-details.ts')
const { Membership } = await import('../../src/entities/membership.ts')
const { Message, messageIdOf } = await import('../../src/entities/message.ts')
const { Connection } = await import('../../src/entities/connection.ts')
const { Present, presentKey } = await import('../../src/entities/present.ts')
const { RoomState, stateKey } = await import('../../src/entities/room-state.ts')
const { Reaction } = await import('../../src/entities/reaction.ts')
const { Typing } = await import('../../src/entities/typing.ts')
export const { streamHandler } = await import('../../src/streams/handler.ts')

type Item = Record<string, unknown>
type EventName = 'INSERT' | 'MODIFY' | 'REMOVE'

const NOW = 1_800_000_000_000

/** How the stubs respond. */
interface Stubs {
  requestMs: () => number
  postMs: () => number
  /** Number of connections that are subscribed to a room, and number of sessions of a user. */
  subscriptions: (chatRoomId: string) => number
  sessions: (userId: string) => number
}

let stubs: Stubs
/** What the table holds, by partition and sort key. */
const rows = new Map<string, Map<string, Item>>()
/** What is under way, with the time at which it is done. */
const underWay: { at: number; done: () => void }[] = []
let clockMs = 0
let requests = 0

/** Empties the table, and sets the clock and the count of requests to zero. */
export function reset(next: Stubs): void {
  stubs = next
  rows.clear()
  clockMs = requests = 0
}

export const clock = (): number => clockMs
export const requestCount = (): number => requests
export const after = (ms: number) => new Promise<void>((done) => underWay.push({ at: clockMs + ms, done }))

/** Runs something to its end. Time passes when nothing can go on without it. */
export async function run<T>(work: Promise<T>): Promise<T> {
  let isOver = false
  const ended = work.finally(() => (isOver = true))
  ended.catch(() => {})
  while (!isOver) {
    for (let i = 0; i < 20; i++) await pause()
    if (underWay.length === 0) continue
    clockMs = Math.min(...underWay.map(({ at }) => at))
    for (const one of underWay.splice(0).toSorted((a, b) => a.at - b.at)) {
      if (one.at === clockMs) one.done()
      else underWay.push(one)
    }
  }
  return ended
}

client.use(async ({ operation, input }) => {
  requests++
  await after(stubs.requestMs())
  if (operation === 'GetItem') return found('Item', rowAt(input.Key!))
  if (operation === 'BatchGetItem') {
    const asked = Object.entries(input.RequestItems!).map(([table, params]) => {
      const keys = (params as { Keys: Item[] }).Keys
      return [table, keys.flatMap((key) => rowAt(key) ?? [])] as const
    })
    return { Responses: Object.fromEntries(asked), UnprocessedKeys: {} }
  }
  if (operation === 'UpdateItem') return { Attributes: {} }
  if (operation === 'BatchWriteItem') return { UnprocessedItems: {} }
  if (operation !== 'Query') return {}
  return { Items: queried(input.ExpressionAttributeValues as Record<string, string>) }
})

/** Does something while `Date.now` and `setTimeout` are those of this clock. */
export async function onStubClock<T>(work: () => Promise<T>): Promise<T> {
  const own = { now: Date.now, setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout }
  Date.now = () => NOW + clockMs
  globalThis.setTimeout = ((callback: () => void, ms = 0) => {
    const timer = { isOver: false, unref: () => timer }
    underWay.push({ at: clockMs + ms, done: () => timer.isOver || callback() })
    return timer
  }) as unknown as typeof setTimeout
  globalThis.clearTimeout = ((timer: { isOver: boolean } | undefined) => {
    if (timer !== undefined) timer.isOver = true
  }) as typeof clearTimeout
  try {
    return await run(work())
  } finally {
    Date.now = own.now
    Object.assign(globalThis, { setTimeout: own.setTimeout, clearTimeout: own.clearTimeout })
  }
}

function queried(given: Record<string, string>): Item[] {
  const values = Object.values(given)
  const [partition = '', id = ''] =
    values.map((value) => String(value).split(/#(.*)/s)).find(([name]) => name !== 'session') ?? []
  if (partition === 'subscriptions') {
    return each(stubs.subscriptions(id), (i) => {
      const place = { sk: `00#${String(i)}`, ConnectionId: `${id} ${String(i)}`, UserId: 'ada', JoinId: 'j' }
      return { ...place, expiresAt: Number.MAX_SAFE_INTEGER }
    })
  }
  if (partition !== 'user') return inRange(given)
  if (!values.includes('session#')) return []
  return each(stubs.sessions(id), (i) => {
    const key = { pk: `user#${id}`, sk: `session#${String(i)}`, __edb_e__: 'Session', __edb_v__: '1' }
    const session = { UserId: id, SessionKey: String(i), ConnectionId: `${id} ${String(i)}` }
    return { ...key, ...session, expiresAt: Number.MAX_SAFE_INTEGER }
  })
}

/** Returns the rows of the partition, and of the range of sort keys, that a query asks for. */
function inRange({ ':pk': partition = '', ':sk1': first = '', ':sk2': last }: Record<string, string>): Item[] {
  const isIn = (key: string) => (last === undefined ? key.startsWith(first) : first <= key && key <= last)
  return [...partitionOf(partition)].flatMap(([key, row]) => (isIn(key) ? [row] : []))
}

function partitionOf(pk: unknown): Map<string, Item> {
  const key = String(pk)
  const partition = rows.get(key) ?? new Map<string, Item>()
  rows.set(key, partition)
  return partition
}

const rowAt = ({ pk, sk }: Item): Item | undefined => partitionOf(pk).get(String(sk))
const found = (name: string, item: Item | undefined) => (item === undefined ? {} : { [name]: item })
const itemOf = (put: { params(): object }): Item => (put.params() as { Item: Item }).Item

export const each = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

let sequence = 0

/** Writes or deletes a row, and returns the record of it. */
export function recordOf(eventName: EventName, item: Item, old?: Item): DynamoDBRecord {
  const image = (one: Item) => marshall(one, { removeUndefinedValues: true }) as Record<string, AttributeValue>
  const SequenceNumber = String(++sequence)
  if (eventName === 'REMOVE') {
    partitionOf(item.pk).delete(String(item.sk))
    return { eventName, dynamodb: { SequenceNumber, OldImage: image(item) } }
  }
  partitionOf(item.pk).set(String(item.sk), item)
  return {
    eventName,
    dynamodb: { SequenceNumber, NewImage: image(item), ...(old === undefined ? {} : { OldImage: image(old) }) },
  }
}

export function member(eventName: EventName, chatRoomId: string, userId: string, founding = false): DynamoDBRecord {
  const row = { chatRoomId, userId, role: 'member', joinedAt: NOW, joinId: 'j', joinedSeq: 0 } as const
  return recordOf(eventName, itemOf(Membership.put({ ...row, ...(founding ? { founding } : {}) })))
}

export function message(chatRoomId: string, content = 'x', seq = 1): Item {
  const row = {
    chatRoomId,
    messageId: messageIdOf(seq),
    kind: 'text',
    senderId: 'ada',
    content,
    timestamp: NOW,
  } as const
  return itemOf(Message.put(row))
}

export const room = (chatRoomId: string, more = {}): Item =>
  itemOf(ChatRoom.put({ chatRoomId, roomName: 'Theirs', createdBy: 'eve', createdAt: NOW, ...more }))

/** Returns the record of an edit of a message. */
export function edit(before: Item, version = 1): DynamoDBRecord {
  return recordOf('MODIFY', { ...before, Version: version, EditedAt: NOW + version }, before)
}

/** Returns the record of a change of a room's details. */
export function pin(chatRoomId: string, version: number): DynamoDBRecord {
  const details = (changes: number) =>
    itemOf(ChatRoomDetails.put({ chatRoomId, changes, pins: [messageIdOf(changes)] }))
  return recordOf('MODIFY', details(version), details(version - 1))
}

/** Returns the record of a marker of eve's that moves on by one, in a room or a thread. */
export function mark(chatRoomId: string, seq: number, threadId?: string): DynamoDBRecord {
  const key = stateKey({ userId: 'eve', chatRoomId, ...(threadId === undefined ? {} : { threadId }) })
  const marker = (readSeq: number) => itemOf(RoomState.put({ ...key, readSeq, readAt: NOW + readSeq }))
  return recordOf('MODIFY', marker(seq), marker(seq - 1))
}

/** Returns the presence of a user's connection in a room. */
export function present(chatRoomId: string, userId: string, connectionId: string): Item {
  const until = NOW + 3_600_000
  const times = { since: NOW, changedAt: NOW, until, expiresAt: until / 1_000 }
  return itemOf(
    Present.put({ ...presentKey({ chatRoomId, userId, connectionId }), ...times, joinId: 'j', session: 's' }),
  )
}

/** Returns a reaction of one user to a message. */
export function reaction(to: Item, what: string): Item {
  const key = { chatRoomId: String(to.ChatRoomId), messageId: String(to.MessageId) }
  return itemOf(Reaction.put({ ...key, reaction: what, userId: 'eve', at: NOW }))
}

export function typing(chatRoomId: string, isTyping: boolean): Item {
  const until = NOW + 3_600_000
  return itemOf(Typing.put({ chatRoomId, userId: 'eve', isTyping, toldAt: NOW, until, expiresAt: until / 1_000 }))
}

export function connection(connectionId: string): Item {
  const times = { lastConnectedAt: NOW, expiresAt: NOW / 1_000 + 7_200 }
  return itemOf(Connection.put({ connectionId, userId: 'eve', sessionKey: connectionId, ...times }))
}

/** Returns a gateway that notes what was posted, and when it was delivered. */
export const gateway =
  (onPost: (connectionId: string, frame: string, deliveredAt: number) => void): PostFrame =>
  async (connectionId, frame) => {
    const text = Buffer.from(frame).toString()
    await after(stubs.postMs())
    onPost(connectionId, text, clockMs)
  }
