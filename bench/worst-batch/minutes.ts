import type { DynamoDBRecord } from 'aws-lambda'
import { terraformDefault } from '../../scripts/shared/terraform-defaults.ts'
import { messageIdOf } from '../../src/entities/message.ts'
import { MAX_PRESENT } from '../../src/protocol/limits.ts'
import { CoalescingWindow } from '../../src/streams/coalescing-window.ts'
import { loadStack } from '../../terraform/stack.ts'
import { percentile } from '../shared/statistics.ts'
import { ON_AWS, sampling } from '../simulation/latencies.ts'
import { seededRandom } from '../simulation/seeded-random.ts'
import * as stubs from './stubs.ts'

/** A write that becomes a record of the stream. `at` is in ms from the beginning, or from its frame. */
interface Write {
  at: number
  make: () => DynamoDBRecord
}

/** A frame of the user's, and what it writes. `at` is in ms from the beginning. */
interface Frame {
  at: number
  writes: Write[]
}

/** How many times later others may get their messages because of one user, at the 99th percentile. */
export const MOST = 1.5

const MINUTE_MS = 60_000
/** Messages a second in the room of the others, which has ten connections. */
const OTHERS_PER_SECOND = 10
/** Connections in the room of the user who does their worst: all are theirs. */
const connections = terraformDefault<number>('max_user_connections')
/** Frames a second that one user sends at most over all connections. */
const FRAMES_PER_SECOND = 100
const FRAME_MS = 1_000 / FRAMES_PER_SECOND

/** Returns the frames that a user sends of a kind that is limited, each as soon as it is allowed again. */
function frames(limit: string, writesOf: (i: number) => Write[]): Frame[] {
  const [uses, seconds] = limit.split('/').map(Number) as [number, number]
  const windows = stubs.each(Math.ceil(60 / seconds), (i) => i * seconds * 1_000)
  const moments = windows.flatMap((start) => stubs.each(uses, (i) => start + i * FRAME_MS))
  return moments.map((at, i) => ({ at, writes: writesOf(i) }))
}

const now = (...records: (() => DynamoDBRecord)[]): Write[] => records.map((make) => ({ at: 0, make }))

/** Returns all frames one after the other, because a user sends no more of them when they are of several kinds. */
function inTurn(all: readonly Frame[]): Frame[] {
  let next = 0
  return all
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, writes }) => {
      const sentAt = Math.max(at, next)
      next = sentAt + FRAME_MS
      return { at: sentAt, writes }
    })
}

const rateOf = (name: string): string =>
  new RegExp(`${name}=(\\d+/\\d+)`).exec(terraformDefault<string>('rate_limits'))![1]!

/** Milliseconds from a room's creation until all its members are there, and until it is deleted. */
const COMPLETE_MS = 200
const DELETED_MS = 1_000
const stranger = (i: number) => `stranger-${String(i)}`

/** A room with a hundred users who are online, made and deleted at once. */
const roomMadeAndDeleted = (id: string): Write[] => [
  { at: 0, make: () => stubs.recordOf('INSERT', stubs.room(id)) },
  ...stubs.each(100, (i) => {
    const isLater = i >= 34
    return { at: isLater ? COMPLETE_MS : 0, make: () => stubs.member('INSERT', id, stranger(i), true) }
  }),
  { at: DELETED_MS, make: () => stubs.recordOf('REMOVE', stubs.room(id)) },
  ...stubs.each(100, (i) => ({ at: DELETED_MS, make: () => stubs.member('REMOVE', id, stranger(i)) })),
]

/** Rooms of ten whose messages the user reads, as many as one frame marks; and threads, likewise. */
const readRooms = stubs.each(50, (i) => `read-${String(i)}`)
const readThreads = stubs.each(20, (i) => messageIdOf(i + 1))
const others = stubs.each(MAX_PRESENT - 1, (i) => stubs.present('hers', stranger(i), `present-${String(i)}`))

const hers = (i: number) => stubs.message('hers', 'x', i + 1)

const CONNECTS = 'connects and disconnects'

/** What one user can do, each as often as Terraform's limits allow. All of it is assumed to be in the others' shard. */
const worst: Record<string, () => Frame[]> = {
  'creates rooms with 100 others, and deletes them': () =>
    frames(rateOf('room'), (i) => roomMadeAndDeleted(`made-${String(i)}`)),
  'leaves a room and joins it': () =>
    frames(rateOf('join'), (i) => now(() => stubs.member(i % 2 === 0 ? 'REMOVE' : 'INSERT', 'hers', 'eve'))),
  'adds people to a room, a hundred at a time': () =>
    frames(rateOf('add'), (i) =>
      now(...stubs.each(100, (k) => () => stubs.member('INSERT', 'hers', stranger(100 * i + k)))),
    ),
  'sends messages of 16 KB': () =>
    frames(terraformDefault<string>('send_rate_limit'), (i) =>
      now(() => stubs.recordOf('INSERT', stubs.message('hers', 'x'.repeat(16_000), i + 1))),
    ),
  // These share a limit, so all at once has only one of them: edits, which cost most.
  'edits messages': () => frames(rateOf('change'), (i) => now(() => stubs.edit(hers(i)))),
  'pins messages': () => frames(rateOf('change'), (i) => now(() => stubs.pin('hers', i + 1))),
  'removes people from a room': () =>
    frames(rateOf('change'), (i) => now(() => stubs.member('REMOVE', 'hers', stranger(i)))),
  'reacts to messages': () =>
    frames(rateOf('react'), (i) => [
      ...now(() => stubs.recordOf('INSERT', stubs.reaction(hers(i), `r${String(i)}`))),
      // The summary that the stream function writes then.
      { at: 100, make: () => stubs.recordOf('MODIFY', { ...hers(i), Version: i + 1 }, hers(i)) },
    ]),
  'reads in 50 rooms and 20 threads': () =>
    frames(rateOf('mark'), (i) =>
      now(
        ...readRooms.map((room) => () => stubs.mark(room, i + 1)),
        ...readThreads.map((thread) => () => stubs.mark(readRooms[0]!, i + 1, thread)),
      ),
    ),
  'enters among 200 who are present, and leaves': () =>
    frames(rateOf('presence'), (i) => {
      const row = stubs.present('hers', 'eve', `present-eve-${String(i - (i % 2))}`)
      return now(() => stubs.recordOf(i % 2 === 0 ? 'INSERT' : 'REMOVE', row))
    }),
  types: () => frames(rateOf('typing'), (i) => now(() => stubs.recordOf('INSERT', stubs.typing('hers', i % 2 === 0)))),
  // Who may connect at all is limited for all users together.
  [CONNECTS]: () =>
    frames(`${terraformDefault<number>('connects_per_second')}/1`, (i) =>
      now(() => stubs.recordOf('REMOVE', stubs.connection(`gone-${String(i)}`))),
    ),
}

const isApart = (what: string): boolean => ['pins messages', 'removes people from a room'].includes(what)

/** What one user can do in a minute. */
export const WORST: readonly string[] = [...Object.keys(worst), 'all of it at once']

const framesOf = (what: string | undefined): Frame[] => {
  if (what === undefined) return []
  const alone = worst[what]?.()
  if (alone !== undefined) return alone
  const all = Object.entries(worst).filter(([name]) => !isApart(name) && name !== CONNECTS)
  return [...inTurn(all.flatMap(([, make]) => make())), ...worst[CONNECTS]!()]
}

const writesOf = (what: string | undefined): Write[] =>
  framesOf(what).flatMap(({ at, writes }) => writes.map((write) => ({ at: at + write.at, make: write.make })))

/** How long the others' messages took in a minute, from the send to the arrival, in ms. */
export interface Minute {
  p50: number
  p99: number
  events: number
}

/**
 * Delivers a minute of others' messages while one user does something (default: nothing). The handler and its window
 * are the real ones; table, gateway and mapping are stubs that take as long as `simulation/latencies.ts` says.
 *
 * @throws Error when a record fails, or a message doesn't come to each connection once
 */
export async function minuteWith(what?: string): Promise<Minute> {
  const random = seededRandom(42)
  const sample = sampling(random)
  let freeAt = 0
  stubs.reset({
    requestMs: () => sample(ON_AWS.query),
    // Posts share the CPU.
    postMs: () => {
      freeAt = Math.max(stubs.clock(), freeAt) + ON_AWS.postCpu
      return freeAt - stubs.clock() + sample(ON_AWS.post)
    },
    subscriptions: (chatRoomId) =>
      chatRoomId === 'hers' ? connections : /^(others|read-.*)$/.test(chatRoomId) ? 10 : 0,
    sessions: (userId) => (userId === 'eve' ? connections : 1),
  })
  const sent: number[] = []
  const sends = stubs.each((MINUTE_MS / 1_000) * OTHERS_PER_SECOND, (i): Write => {
    const at = ((i + random()) * 1_000) / OTHERS_PER_SECOND
    sent.push(at)
    const takes = ON_AWS.requests.reduce((sum, request) => sum + sample(request), sample(ON_AWS.frame) + ON_AWS.sendCpu)
    const make = () => stubs.recordOf('INSERT', stubs.message('others', `sent ${String(i)}`, i + 1))
    return { at: at + takes, make }
  })
  const marks = frames(rateOf('mark'), () => []).length
  for (const room of ['hers', ...readRooms]) {
    stubs.recordOf('INSERT', stubs.room(room, { headSeq: marks }))
    stubs.member('INSERT', room, 'eve')
  }
  for (const row of others) stubs.recordOf('INSERT', row)
  for (const i of frames(rateOf('react'), () => []).keys()) stubs.recordOf('INSERT', hers(i))
  for (const room of readRooms) {
    for (const i of stubs.each(marks, (k) => k)) stubs.recordOf('INSERT', stubs.message(room, 'x', i + 1))
  }
  const shard = visible([...sends, ...writesOf(what)], () => sample(ON_AWS.visible))
  const latencies: number[] = []
  const post = stubs.gateway((connectionId, frame, deliveredAt) => {
    if (!connectionId.startsWith('others')) return
    for (const [, i] of frame.matchAll(/"sent (\d+)"/g)) latencies.push(deliveredAt + ON_AWS.network - sent[Number(i)]!)
  })
  const handler = stubs.streamHandler(post, new CoalescingWindow(loadStack().stream.window))
  await stubs.onStubClock(() => deliver(shard, handler, sample))
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(latencies, share)) as [number, number]
  if (latencies.length !== 10 * sent.length) throw new Error('unable to measure; a message is missing or came twice')
  return { p50, p99, events: latencies.length }
}

/** Returns the writes as a shard shows them: in order, each some time after it was written. */
function visible(writes: readonly Write[], delay: () => number): Write[] {
  let last = 0
  return writes
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, make }) => {
      last = Math.max(last, at + delay())
      return { at: last, make }
    })
}

/** Calls the handler as the event source mapping does: with what a shard has, one batch after the other. */
async function deliver(
  shard: Write[],
  handler: ReturnType<typeof stubs.streamHandler>,
  sample: ReturnType<typeof sampling>,
): Promise<void> {
  const { batchSize } = loadStack().stream
  while (shard.length > 0) {
    const count = shard.findIndex(({ at }) => at > stubs.clock())
    const Records = shard.splice(0, Math.min(batchSize, count < 0 ? shard.length : count)).map(({ make }) => make())
    if (Records.length === 0) {
      await stubs.after(ON_AWS.pollMs)
      continue
    }
    await stubs.after(sample(ON_AWS.invoke) + ON_AWS.batchCpu + Records.length * ON_AWS.recordCpu)
    const { batchItemFailures } = await handler({ Records })
    if (batchItemFailures.length > 0) throw new Error('unable to measure; records failed')
  }
}
