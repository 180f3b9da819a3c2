import type { Agenda, Process } from './agenda.ts'
import { STREAM } from './behaviour.ts'
import type { DataModel, Units } from './data-model.ts'
import type { SimulatedTable } from './simulated-table.ts'

/** One step of a shard's clean-up, in ms of simulated time. */
const STEP_MS = 20

interface RemovedConnection {
  rooms: number
  atMs: number
}

interface Shard {
  waiting: RemovedConnection[]
  working: boolean
}

/**
 * What the stream function does about connections that have ended. Each shard works on one batch after the other, and a
 * message of the shard waits for the batches before it.
 */
export class CleanUp {
  /** The longest time that a record waited until its batch was posted, in ms. */
  longestWaitMs = 0
  /** When the last batch was done, in ms. */
  doneAtMs = 0
  readonly #agenda: Agenda
  readonly #table: SimulatedTable
  readonly #model: DataModel
  readonly #random: () => number
  readonly #scale: number
  readonly #shards: Shard[]

  constructor(agenda: Agenda, table: SimulatedTable, model: DataModel, random: () => number, scale: number) {
    this.#agenda = agenda
    this.#table = table
    this.#model = model
    this.#random = random
    this.#scale = scale
    this.#shards = Array.from({ length: STREAM.shards }, () => ({ waiting: [], working: false }))
  }

  removed(rooms: number): void {
    const shard = this.#shards[Math.floor(this.#random() * STREAM.shards)]!
    shard.waiting.push({ rooms, atMs: this.#agenda.nowMs })
    if (shard.working) return
    shard.working = true
    this.#agenda.start(this.#work(shard))
  }

  *#work(shard: Shard): Process {
    const { cleanUp, cleanUpAfterPosts } = this.#model
    while (shard.waiting.length > 0) {
      const batch = shard.waiting.splice(0, Math.ceil(STREAM.batch / this.#scale))
      const rooms = batch.reduce((sum, connection) => sum + connection.rooms, 0)
      const posted = () => {
        this.longestWaitMs = Math.max(this.longestWaitMs, this.#agenda.nowMs - batch[0]!.atMs)
      }
      if (cleanUpAfterPosts) posted()
      yield* this.#delete(cleanUp.perRoom, rooms)
      yield* this.#delete(cleanUp.perConnection, batch.length)
      if (!cleanUpAfterPosts) posted()
      this.doneAtMs = this.#agenda.nowMs
    }
    shard.working = false
  }

  /** Deletes as fast as the function and the table can. Waits for the table if it throttles. */
  *#delete(units: Units, rows: number): Process {
    if (units.table === 0) return
    const perStep = ((STREAM.deletesPerSecond / this.#scale) * STEP_MS) / 1_000
    for (let left = rows; left > 0;) {
      // In a small simulation there may be less than one row per step.
      yield perStep < 1 ? STEP_MS / perStep : STEP_MS
      left -= this.#table.write(units, Math.min(left, Math.max(1, Math.floor(perStep))))
    }
  }
}
