/**
 * `npm run bench:worst-batch`: how long does a message wait for the other records of its batch? A batch of the stream
 * has 499 records that somebody made on purpose, and a message behind them. The table and the gateway are stubs that
 * respond after a fixed time, and the clock is theirs, so the figures are the same on every machine: they have the
 * round trips, and not the CPU time.
 */
import { setImmediate as pause } from 'node:timers/promises'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda'

const TABLE_MS = 5
const POST_MS = 10
const OTHERS = 499

process.env.CONNECTIONS_ENDPOINT = 'http://localhost:1'
process.env.TABLE_NAME = 'bench'
process.env.AWS_REGION = 'us-east-1'
process.env.POWERTOOLS_METRICS_DISABLED = 'true'
process.env.POWERTOOLS_METRICS_NAMESPACE = 'bench'

const { client } = await import('../../src/entities/table.ts')
const { ChatRoom } = await import('../../src/entities/chat-room.ts')
const { Membership } = await import('../../src/entities/membership.ts')
const { Message, messageIdOf } = await import('../../src/entities/message.ts')
const { streamHandler } = await import('../../src/streams/handler.ts')

type Item = Record<string, unknown>
type EventName = 'INSERT' | 'MODIFY' | 'REMOVE'

const now = 1_800_000_000_000
const itemOf = (put: { params(): object }): Item => (put.params() as { Item: Item }).Item
const keyOf = ({ pk, sk }: Item) => `${String(pk)} ${String(sk)}`

/** What the table holds, by key. */
const rows = new Map<string, Item>()
/** What is under way, with the time at which it is done. */
const underWay: { at: number; done: () => void }[] = []
let clockMs = 0
let requests = 0

const after = (ms: number) => new Promise<void>((done) => underWay.push({ at: clockMs + ms, done }))

client.use(async ({ operation, input }) => {
  requests++
  await after(TABLE_MS)
  if (operation === 'GetItem') return found('Item', rows.get(keyOf(input.Key!)))
  if (operation === 'BatchGetItem') {
    const asked = Object.entries(input.RequestItems!).map(([table, params]) => {
      const keys = (params as { Keys: Item[] }).Keys
      return [table, keys.flatMap((key) => rows.get(keyOf(key)) ?? [])] as const
    })
    return { Responses: Object.fromEntries(asked), UnprocessedKeys: {} }
  }
  if (operation === 'UpdateItem') return { Attributes: {} }
  if (operation !== 'Query') return {}
  const isWatched = Object.values(input.ExpressionAttributeValues!).includes('subscriptions#watched')
  const place = { sk: '00#c', ConnectionId: 'c', UserId: 'ada', JoinId: 'j', expiresAt: Number.MAX_SAFE_INTEGER }
  return { Items: isWatched ? [place] : [] }
})

const found = (name: string, item: Item | undefined) => (item === undefined ? {} : { [name]: item })

let sequence = 0
function recordOf(eventName: EventName, item: Item, old?: Item): DynamoDBRecord {
  const image = (one: Item) => marshall(one, { removeUndefinedValues: true }) as Record<string, AttributeValue>
  const SequenceNumber = String(++sequence)
  if (eventName === 'REMOVE') return { eventName, dynamodb: { SequenceNumber, OldImage: image(item) } }
  rows.set(keyOf(item), item)
  return {
    eventName,
    dynamodb: { SequenceNumber, NewImage: image(item), ...(old === undefined ? {} : { OldImage: image(old) }) },
  }
}

const each = (make: (i: number) => DynamoDBRecord, count = OTHERS) => Array.from({ length: count }, (_, i) => make(i))

function member(eventName: EventName, chatRoomId: string, i: number, founding = false): DynamoDBRecord {
  const row = {
    chatRoomId,
    userId: `user-${String(i)}`,
    role: 'member',
    joinedAt: now,
    joinId: 'j',
    joinedSeq: 0,
  } as const
  return recordOf(eventName, itemOf(Membership.put({ ...row, ...(founding ? { founding } : {}) })))
}

const message = (chatRoomId: string): Item => {
  const row = {
    chatRoomId,
    messageId: messageIdOf(1),
    kind: 'text',
    senderId: 'ada',
    content: 'x',
    timestamp: now,
  } as const
  return itemOf(Message.put(row))
}

const pendingMembers = Array.from({ length: 90 }, (_, i) => `user-${String(i)}`)
const room = (chatRoomId: string, more = {}): Item =>
  itemOf(ChatRoom.put({ chatRoomId, roomName: 'Theirs', createdBy: 'eve', createdAt: now, ...more }))

const inRoom = (i: number) => `room-${String(i % 5)}`

const batches: Record<string, () => DynamoDBRecord[]> = {
  'nothing else': () => [],
  'first members of 5 other rooms': () => each((i) => member('INSERT', inRoom(i), i, true)),
  'members of 5 deleted rooms': () => each((i) => member('REMOVE', inRoom(i), i)),
  'members who joined 5 other rooms': () => each((i) => member('INSERT', inRoom(i), i)),
  'members who joined the same room': () => each((i) => member('INSERT', 'watched', i)),
  'an edit in each of 499 other rooms': () =>
    each((i) => {
      const before = message(`edited-${String(i)}`)
      return recordOf('MODIFY', { ...before, Version: 1, EditedAt: now }, before)
    }),
  '10 other rooms with 90 members to be added': () =>
    each((i) => recordOf('INSERT', room(`new-${String(i)}`, { setup: 'pending', pendingMembers })), 10),
}

console.log(
  '| with the message in a batch | requests before its post | ms before its post | requests | ms until the next batch |',
)
console.log('| --- | ---: | ---: | ---: | ---: |')
for (const [what, make] of Object.entries(batches)) {
  rows.clear()
  const records = make()
  if (records.length > 0 && !what.includes('deleted')) for (let i = 0; i < 5; i++) recordOf('INSERT', room(inRoom(i)))
  const figures = await measure([...records, recordOf('INSERT', message('watched'))])
  console.log(`| ${[what, ...figures].join(' | ')} |`)
}

async function measure(Records: DynamoDBRecord[]): Promise<number[]> {
  clockMs = requests = 0
  let posted: number[] | undefined
  const handler = streamHandler(async (_connectionId, frame) => {
    if (Buffer.from(frame).includes('"event":"message"')) posted ??= [requests, clockMs]
    await after(POST_MS)
  })
  let isOver = false
  const work = handler({ Records }).finally(() => (isOver = true))
  while (!isOver) {
    // Whatever can go on without the table and the gateway goes on first.
    for (let i = 0; i < 20; i++) await pause()
    if (underWay.length === 0) continue
    clockMs = Math.min(...underWay.map(({ at }) => at))
    for (const one of underWay.splice(0).toSorted((a, b) => a.at - b.at)) {
      if (one.at === clockMs) one.done()
      else underWay.push(one)
    }
  }
  const { batchItemFailures } = await work
  if (batchItemFailures.length > 0 || posted === undefined) throw new Error('unable to measure; records failed')
  return [...posted, requests, clockMs]
}
