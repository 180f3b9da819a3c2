import { postsOfPage } from '../../src/delivery/batch-budget.ts'
import { CONCURRENCY } from '../../src/delivery/posting/post-frame.ts'
import { RoomPace } from '../../src/delivery/room-pace.ts'
import { CoalescingWindow, type WindowSettings } from '../../src/streams/coalescing-window.ts'
import { percentile } from '../shared/statistics.ts'
import { Agenda, type Process } from './agenda.ts'
import { type Latencies, sampling } from './latencies.ts'
import { ACCOUNT } from './limits.ts'
import { TokenBucket } from './token-bucket.ts'

/** Rooms of one size with the same rate of messages. */
export interface Rooms {
  name: string
  rooms: number
  /** All of them are connected. */
  members: number
  /** Messages per second in each room, at random times. */
  perSecond: number
}

export interface Traffic {
  rooms: readonly Rooms[]
  seconds: number
  /** A new table has four. */
  shards: number
  batchSize: number
  window: WindowSettings
  latencies: Latencies
  /** Whether the sender's function posts by itself, without a stream. */
  withoutStream?: boolean
  /** Whether the window ignores how large rooms are. */
  ignoresSizes?: boolean
}

/** Results over all rooms of a name. Times are from the send to the arrival, in ms. */
export interface Delivered {
  name: string
  events: number
  p10: number
  p50: number
  p90: number
  p99: number
  postsPerEvent: number
  /** Events whose post the account refused so often that the client had to catch up by `sync`. */
  lost: number
}

interface Room extends Rooms {
  id: string
}

/** A message, or a range of a large room with the messages to be posted to it. */
interface RecordOf {
  room: Room
  /** When its messages were sent. */
  sentAt: readonly number[]
  recipients: number
  isRange: boolean
}

/** A post that the account has refused. */
interface Refused {
  dueAt: number
  attempt: number
  one: RecordOf
}

/** Subscriptions that fit into a page of 1 MB. The stream function reads one page and leaves the rest to tasks. */
const PAGE = 5_000
const PACED_RECIPIENTS = 1_000
const ATTEMPTS = 4
const BASE_DELAY_MS = 50
/** Milliseconds between the steps in which posts are begun. */
const STEP_MS = 2

/**
 * Sends at random times and delivers as the functions do on AWS, in simulated time: a shard's batches one at a time,
 * the real coalescing window between them, and posts as fast as CPU, sockets, a room's pace and the account's quota
 * allow. Refused posts are retried as the real fan-out does.
 */
export function simulateDelivery(traffic: Traffic, random: () => number): Delivered[] {
  return new Simulation(traffic, random).run()
}

class Simulation {
  readonly #traffic: Traffic
  readonly #random: () => number
  readonly #sample: ReturnType<typeof sampling>
  readonly #agenda = new Agenda()
  readonly #quota = new TokenBucket(() => ACCOUNT.requests)
  readonly #shards: RecordOf[][]
  readonly #outcomes: Map<string, { latencies: number[]; posts: number; lost: number }>

  constructor(traffic: Traffic, random: () => number) {
    this.#traffic = traffic
    this.#random = random
    this.#sample = sampling(random)
    this.#shards = Array.from({ length: traffic.shards }, () => [])
    this.#outcomes = new Map(traffic.rooms.map(({ name }) => [name, { latencies: [], posts: 0, lost: 0 }]))
  }

  run(): Delivered[] {
    const { rooms, seconds } = this.#traffic
    for (const group of rooms) {
      for (let n = 0; n < group.rooms; n++) {
        const room = { ...group, id: `${group.name} ${String(n)}` }
        this.#agenda.start(this.#talk(room, this.#anyShard()))
      }
    }
    for (const shard of this.#shards) this.#agenda.start(this.#work(shard), this.#random() * this.#pollMs)
    // Leaves time for everything that is still in flight to arrive.
    this.#agenda.run((seconds + 60) * 1_000)
    return [...this.#outcomes].map(([name, { latencies, posts, lost }]) => {
      const [p10, p50, p90, p99] = [0.1, 0.5, 0.9, 0.99].map((share) => percentile(latencies, share))
      const events = latencies.length + lost
      return { name, events, p10: p10!, p50: p50!, p90: p90!, p99: p99!, postsPerEvent: posts / events, lost }
    })
  }

  get #pollMs(): number {
    return this.#traffic.latencies.pollMs
  }

  #anyShard(): RecordOf[] {
    return this.#shards[Math.floor(this.#random() * this.#shards.length)]!
  }

  *#talk(room: Room, shard: RecordOf[]): Process {
    const { seconds } = this.#traffic
    for (;;) {
      yield (-Math.log(1 - this.#random()) * 1_000) / room.perSecond
      if (this.#agenda.nowMs > seconds * 1_000) return
      this.#agenda.start(this.#send(room, shard, this.#agenda.nowMs))
    }
  }

  *#send(room: Room, shard: RecordOf[], sentAt: number): Process {
    const { frame, sendCpu, requests, visible } = this.#traffic.latencies
    this.#quota.take(1, this.#agenda.nowMs)
    yield requests.reduce((sum, request) => sum + this.#sample(request), this.#sample(frame) + sendCpu)
    const record = { room, sentAt: [sentAt], recipients: room.members, isRange: false }
    if (this.#traffic.withoutStream) yield* this.#post([record])
    else {
      yield this.#sample(visible)
      shard.push(record)
    }
  }

  /** Works on one batch after the other, as the event source mapping and the stream function do. */
  *#work(shard: RecordOf[]): Process {
    const { batchSize, latencies, window } = this.#traffic
    const coalescing = new CoalescingWindow(window)
    for (;;) {
      if (shard.length === 0) {
        yield this.#pollMs
        continue
      }
      const batch = shard.splice(0, batchSize)
      yield this.#sample(latencies.invoke)
      const startedAt = this.#agenda.nowMs
      yield latencies.batchCpu + batch.length * latencies.recordCpu + this.#sample(latencies.query)
      yield* this.#post(batch)
      const events = new Map<string, number>()
      for (const { room, isRange } of batch) if (!isRange) events.set(room.id, (events.get(room.id) ?? 0) + 1)
      const recipients = this.#traffic.ignoresSizes ? 0 : Math.max(...batch.map((record) => record.recipients))
      const lastsMs = coalescing.lastsMs({ startedAt, events, reactions: 0, reactors: 0, recipients })
      yield Math.max(0, startedAt + lastsMs - this.#agenda.nowMs) + STEP_MS
    }
  }

  /**
   * Posts all messages of each room to the first page of its recipients. The other pages become tasks. Rooms take
   * turns.
   */
  *#post(batch: readonly RecordOf[]): Process {
    const { postCpu, post } = this.#traffic.latencies
    const audiences = new Map<string, RecordOf>()
    for (const record of batch) {
      const id = record.isRange ? `${record.room.id} ${String(audiences.size)}` : record.room.id
      const known = audiences.get(id)
      audiences.set(id, known ? { ...known, sentAt: [...known.sentAt, ...record.sentAt] } : record)
    }
    const queues = [...audiences.values()].map((one) => ({ ...one, left: this.#firstPage(one), nextAt: 0 }))
    const pace = new RoomPace(this.#paces(queues))
    const again: Refused[] = []
    const perStep = STEP_MS / Math.max(postCpu, post.median / CONCURRENCY)
    let places = 0
    let lastAnswer = this.#agenda.nowMs
    while (queues.length > 0 || again.length > 0) {
      const now = this.#agenda.nowMs
      const due = again.filter(({ dueAt }) => dueAt <= now)
      if (due.length > 0) again.splice(0, again.length, ...again.filter(({ dueAt }) => dueAt > now))
      for (places += perStep; places >= 1; places--) {
        const tried = due.shift()
        const queue = tried === undefined ? queues.find(({ nextAt }) => nextAt < now + STEP_MS) : undefined
        const one = tried?.one ?? queue
        if (one === undefined) break
        if (queue !== undefined) {
          queues.splice(queues.indexOf(queue), 1)
          queue.nextAt = pace.take(queue.room.id, now)
          if (--queue.left > 0) queues.push(queue)
        }
        const answerMs = this.#sample(post)
        lastAnswer = Math.max(lastAnswer, now + answerMs)
        this.#outcome(one, { now, answerMs, attempt: tried?.attempt ?? 1, again })
      }
      again.push(...due)
      places = Math.min(places, perStep)
      yield STEP_MS
    }
    yield Math.max(0, lastAnswer - this.#agenda.nowMs)
  }

  /** Returns the paces of large rooms, as in the fan-out. */
  #paces(queues: readonly RecordOf[]): Map<string, number> {
    if (this.#traffic.ignoresSizes) return new Map()
    const large = queues.filter(({ recipients }) => recipients > PACED_RECIPIENTS)
    return new Map(large.map(({ room }) => [room.id, postsOfPage(room.members / PAGE)]))
  }

  #firstPage(one: RecordOf): number {
    if (one.isRange || one.recipients <= PAGE) return one.recipients
    for (let left = one.recipients - PAGE; left > 0; left -= PAGE) {
      this.#agenda.start(this.#task({ ...one, recipients: Math.min(left, PAGE), isRange: true }))
    }
    return PAGE
  }

  *#task(task: RecordOf): Process {
    const { requests, visible } = this.#traffic.latencies
    yield this.#sample(requests.at(-1)!) + this.#sample(visible)
    this.#anyShard().push(task)
  }

  #outcome(
    one: RecordOf,
    {
      now,
      answerMs,
      attempt,
      again,
    }: {
      now: number
      answerMs: number
      attempt: number
      again: Refused[]
    },
  ): void {
    const outcome = this.#outcomes.get(one.room.name)!
    outcome.posts++
    if (this.#quota.take(1, now)) {
      const arrivedAt = now + answerMs + this.#traffic.latencies.network
      for (const sentAt of one.sentAt) outcome.latencies.push(arrivedAt - sentAt)
    } else if (attempt < ATTEMPTS) {
      again.push({ dueAt: now + answerMs + this.#random() * BASE_DELAY_MS * 2 ** attempt, attempt: attempt + 1, one })
    } else outcome.lost += one.sentAt.length
  }
}
