import type { Agenda } from './agenda.ts'
import type { Units } from './data-model.ts'
import type { Rate, TableLimits } from './limits.ts'
import { TokenBucket } from './token-bucket.ts'

/**
 * A DynamoDB table with one index. Each kind of units has a bucket of one second's capacity. There is no burst
 * capacity.
 */
export class SimulatedTable {
  readonly used = { writes: 0, reads: 0 }
  readonly #agenda: Agenda
  readonly #tableWrites: TokenBucket
  readonly #indexWrites: TokenBucket
  readonly #reads: TokenBucket

  constructor(agenda: Agenda, limits: TableLimits) {
    const bucket = (units: number) => new TokenBucket((nowMs) => capacity(units, limits, nowMs))
    this.#agenda = agenda
    this.#tableWrites = bucket(limits.writes)
    this.#indexWrites = bucket(limits.writes)
    this.#reads = bucket(limits.reads)
  }

  /**
   * Makes as many of these writes as the capacity allows, and returns their number. A throttled index refuses writes as
   * a throttled table does.
   */
  write({ table, index }: Units, wanted: number): number {
    const { nowMs } = this.#agenda
    const most = (bucket: TokenBucket, units: number) =>
      units === 0 ? wanted : Math.floor(bucket.available(nowMs) / units)
    const made = Math.min(wanted, most(this.#tableWrites, table), most(this.#indexWrites, index))
    this.#tableWrites.take(made * table, nowMs)
    this.#indexWrites.take(made * index, nowMs)
    this.used.writes += made * (table + index)
    return made
  }

  /** Reads as many units as the capacity allows, and returns their number. */
  read(wanted: number): number {
    const { nowMs } = this.#agenda
    const read = Math.min(wanted, Math.floor(this.#reads.available(nowMs)))
    this.#reads.take(read, nowMs)
    this.used.reads += read
    return read
  }
}

function capacity(units: number, { doublesAfterMs, most }: TableLimits, nowMs: number): Rate {
  const doublings = doublesAfterMs === undefined ? 0 : Math.floor(nowMs / doublesAfterMs)
  const perSecond = Math.min(most, units * 2 ** doublings)
  return { perSecond, burst: perSecond }
}
