import { createHistogram } from 'node:perf_hooks'
import { now } from './clock.ts'
import { readContent } from './message.ts'

/** What the receivers have received of a round's messages so far. */
export interface Received {
  /** Events, without repeats. */
  events: number
  repeats: number
  /** Epoch milliseconds of the last event. */
  lastAt: number
  /** From an event's send to its arrival at one receiver. `null` if there are no events. */
  p50Ms: number | null
  p99Ms: number | null
}

/** The histogram takes only integers, so it gets microseconds. */
const US_PER_MS = 1_000

/** Counts the events of one round at their receivers. */
export class Arrivals {
  /** Resolves when every receiver has received every message. */
  readonly complete: Promise<true>
  readonly #latencies = createHistogram()
  #events = 0
  #repeats = 0
  #lastAt = 0
  readonly #seen: Uint8Array[]
  readonly #expected: number
  #resolve!: (all: true) => void

  constructor(
    private readonly round: number,
    messages: number,
    receivers: number,
  ) {
    this.#seen = Array.from({ length: messages }, () => new Uint8Array(receivers))
    this.#expected = messages * receivers
    this.complete = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  receive(receiver: number, content: string): void {
    const { round, index, sentAt } = readContent(content)
    // Events of an earlier round that was cut short still arrive for a while.
    if (round !== this.round) return
    const seen = this.#seen[index]!
    if (seen[receiver] === 1) {
      this.#repeats++
      return
    }
    seen[receiver] = 1
    this.#lastAt = now()
    this.#latencies.record(Math.max(1, Math.round((this.#lastAt - sentAt) * US_PER_MS)))
    if (++this.#events === this.#expected) this.#resolve(true)
  }

  received(): Received {
    const at = (percentile: number) => (this.#events === 0 ? null : this.#latencies.percentile(percentile) / US_PER_MS)
    return { events: this.#events, repeats: this.#repeats, lastAt: this.#lastAt, p50Ms: at(50), p99Ms: at(99) }
  }
}
