import { Agenda, type Process } from './agenda.ts'
import { type SyncRetry, clientWaitMs, TABLE_RETRY, TIMES } from './behaviour.ts'
import { CleanUp } from './clean-up.ts'
import type { DataModel, Units } from './data-model.ts'
import { type Limits, type Rate, scaledDown, scaledRate } from './limits.ts'
import { SimulatedTable } from './simulated-table.ts'
import { TokenBucket } from './token-bucket.ts'

/** A storm: all clients lose their connections at the same moment and come back. */
export interface Storm {
  clients: number
  /** Rooms of each client. */
  rooms: number
  model: DataModel
  syncRetry: SyncRetry
  limits: Limits
  /** The throttle of the route `$connect`. Without it, only the account's quota of new connections applies. */
  admission?: Rate
  /** The simulation ends after this time, in ms. */
  untilMs: number
  /** Divides the clients and the limits, which leaves times unchanged. Default 1. */
  scale?: number
}

/** Times are in seconds from the loss of the connections. Counts are per client. */
export interface Outcome {
  /** Share of the clients that are connected and synced at the end, from 0 to 1. */
  backShare: number
  /** When half of the clients, and all of them, are back. Null if the simulation ended first. */
  halfBackS: number | null
  allBackS: number | null
  attempts: number
  refusedSyncs: number
  writes: number
  reads: number
  /** Write units of subscriptions that a `sync` wrote before it was finally refused. */
  writesInVain: number
  /** `$disconnect` events whose row could not be deleted. TTL deletes it later. */
  lostDisconnects: number
  /** When the stream function has deleted everything that the lost connections left. */
  cleanUpDoneS: number
  /** The longest time that a message waits behind the clean-up of its shard. */
  messageWaitS: number
  /** The most Lambda functions that ran at the same time, in total. */
  executions: number
}

/** How far a `sync` has come. */
interface Progress {
  begun: boolean
  subscribed: number
  read: number
}

/** Simulates a storm. The same `random` gives the same outcome. */
export function simulate(storm: Storm, random: () => number): Outcome {
  const simulation = new Simulation(storm, random)
  simulation.run()
  return simulation.outcome()
}

class Simulation {
  readonly #storm: Storm
  readonly #random: () => number
  readonly #scale: number
  readonly #clients: number
  readonly #agenda = new Agenda()
  readonly #table: SimulatedTable
  readonly #cleanUp: CleanUp
  readonly #admission: TokenBucket | undefined
  readonly #connects: TokenBucket
  readonly #requests: TokenBucket
  readonly #limits: Limits
  readonly #backAtMs: number[] = []
  readonly #count = { attempts: 0, refusedSyncs: 0, writesInVain: 0, lostDisconnects: 0 }
  #executions = 0
  #mostExecutions = 0

  constructor(storm: Storm, random: () => number) {
    const { scale = 1, admission } = storm
    const limits = scaledDown(storm.limits, scale)
    const bucket = (rate: Rate) => new TokenBucket(() => rate)
    this.#storm = storm
    this.#random = random
    this.#scale = scale
    this.#clients = Math.round(storm.clients / scale)
    this.#limits = limits
    this.#table = new SimulatedTable(this.#agenda, limits.table)
    this.#cleanUp = new CleanUp(this.#agenda, this.#table, storm.model, random, scale)
    this.#admission = admission && bucket(scaledRate(admission, scale))
    this.#connects = bucket(limits.connects)
    this.#requests = bucket(limits.requests)
  }

  run(): void {
    for (let client = 0; client < this.#clients; client++) {
      this.#agenda.start(this.#end(this.#storm.rooms), this.#random() * TIMES.disconnects)
      this.#agenda.start(this.#client())
    }
    this.#agenda.run(this.#storm.untilMs)
  }

  outcome(): Outcome {
    // In the order of time.
    const back = this.#backAtMs
    const at = (share: number) => {
      const backAtMs = back[Math.ceil(share * this.#clients) - 1]
      return backAtMs === undefined ? null : backAtMs / 1_000
    }
    const each = (count: number) => count / this.#clients
    return {
      backShare: back.length / this.#clients,
      halfBackS: at(0.5),
      allBackS: at(1),
      attempts: each(this.#count.attempts),
      refusedSyncs: each(this.#count.refusedSyncs),
      writes: each(this.#table.used.writes),
      reads: each(this.#table.used.reads),
      writesInVain: each(this.#count.writesInVain),
      lostDisconnects: each(this.#count.lostDisconnects),
      cleanUpDoneS: this.#cleanUp.doneAtMs / 1_000,
      messageWaitS: this.#cleanUp.longestWaitMs / 1_000,
      executions: this.#mostExecutions * this.#scale,
    }
  }

  /** One client, from the loss of its connection until it has synced on another. */
  *#client(): Process {
    for (let attempt = 0; ; attempt++) {
      yield clientWaitMs(attempt, this.#random)
      this.#count.attempts++
      if (!(yield* this.#connect())) continue
      yield TIMES.roundTrip
      if (yield* this.#syncOnConnection()) break
      this.#agenda.start(this.#end(0))
    }
    this.#backAtMs.push(this.#agenda.nowMs)
  }

  /** Returns false if the gateway refuses with HTTP 429, or if it fails. */
  *#connect(): Process<boolean> {
    if (this.#admission && !this.#take(this.#admission)) return false
    if (!this.#take(this.#connects) || !this.#take(this.#requests)) return false
    return yield* this.#execute(this.#runConnect())
  }

  *#runConnect(): Process<boolean> {
    yield TIMES.authorize
    return yield* this.#write(this.#storm.model.connect)
  }

  /** Returns false if the client gives up the connection. */
  *#syncOnConnection(): Process<boolean> {
    const { on, resumes, retryAfterMs } = this.#storm.syncRetry
    let progress: Progress = { begun: false, subscribed: 0, read: 0 }
    for (let refused = 0; ; refused++) {
      if (this.#take(this.#requests) && (yield* this.#execute(this.#runSync(progress)))) return true
      this.#count.refusedSyncs++
      if (!resumes) {
        const { table, index } = this.#storm.model.subscribe
        this.#count.writesInVain += progress.subscribed * (table + index)
        progress = { begun: false, subscribed: 0, read: 0 }
      }
      if (on === 'new connection') return false
      yield retryAfterMs + clientWaitMs(refused, this.#random)
    }
  }

  *#runSync(progress: Progress): Process<boolean> {
    const { model, rooms } = this.#storm
    progress.begun ||= yield* this.#write(model.beginSync)
    if (!progress.begun) return false
    const [table, reads] = [this.#table, model.reads(rooms)]
    progress.subscribed += yield* this.#batch(rooms - progress.subscribed, (left) => table.write(model.subscribe, left))
    if (progress.subscribed < rooms) return false
    progress.read += yield* this.#batch(reads - progress.read, (left) => table.read(left))
    return progress.read === reads
  }

  /** `$disconnect`, which is best effort, and what the stream function does after it. */
  *#end(rooms: number): Process {
    if (yield* this.#write(this.#storm.model.disconnect)) this.#cleanUp.removed(rooms)
    else this.#count.lostDisconnects++
  }

  /** Runs a function. Returns false if it fails or too many run. */
  *#execute(work: Process<boolean>): Process<boolean> {
    if (this.#executions + 1 > this.#limits.executions) return false
    this.#mostExecutions = Math.max(this.#mostExecutions, ++this.#executions)
    const succeeded = yield* work
    this.#executions--
    return succeeded
  }

  /** Writes with the retries of the AWS SDK. Returns false if it was throttled each time. */
  *#write(units: Units): Process<boolean> {
    const { tries, baseMs } = TABLE_RETRY.single
    for (let attempt = 0; attempt < tries; attempt++) {
      if (attempt > 0) yield this.#random() * baseMs * 2 ** (attempt - 1)
      yield TIMES.tableRequest
      if (this.#table.write(units, 1) === 1) return true
    }
    return false
  }

  /** Processes items in rounds, as `untilProcessed` does. Returns how many were processed. */
  *#batch(items: number, process: (left: number) => number): Process<number> {
    const { tries, baseMs } = TABLE_RETRY.batch
    let left = items
    for (let round = 0; left > 0 && round < tries; round++) {
      if (round > 0) yield this.#random() * baseMs * 2 ** round
      yield TIMES.tableRequest
      left -= process(left)
    }
    return items - left
  }

  #take(bucket: TokenBucket): boolean {
    return bucket.take(1, this.#agenda.nowMs)
  }
}
