import type { StreamMapping } from '../../terraform/stack.ts'
import type { BatchWorker } from './batch-worker.ts'
import type { MappingState } from './mapping-state.ts'
import type { PendingRecord } from './pending-record.ts'

/** Lambda's limit for a synchronous event: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_EVENT_BYTES = 6 * 1024 * 1024
const ENVELOPE_BYTES = '{"Records":[]}'.length

/**
 * One of the `parallelizationFactor` queues of a shard. All records of an item are in one queue, in order, and a queue
 * processes one batch at a time.
 */
export class BatchQueue {
  readonly #queue: PendingRecord[] = []
  readonly #mapping: StreamMapping
  readonly #worker: BatchWorker
  readonly #state: MappingState
  #bytes = 0

  constructor(mapping: StreamMapping, worker: BatchWorker, state: MappingState) {
    this.#mapping = mapping
    this.#worker = worker
    this.#state = state
  }

  push(record: PendingRecord): void {
    this.#queue.push(record)
    this.#bytes += record.bytes
  }

  /** Number of records that are not in a batch yet. */
  get queued(): number {
    return this.#queue.length
  }

  get queuedBytes(): number {
    return this.#bytes
  }

  /** Processes batch after batch until the mapping is closed. */
  async run(): Promise<void> {
    const { monitor } = this.#state
    for (;;) {
      await monitor.until(() => this.#state.closing || this.#queue.length > 0)
      const windowMs = this.#mapping.maximumBatchingWindowInSeconds * 1000
      if (windowMs > 0) await monitor.until(() => this.#state.closing || this.#isFull(), windowMs)
      if (!(await this.#state.mayProceed())) return
      const batch = this.#take()
      monitor.notify()
      await this.#worker.work(batch)
    }
  }

  #isFull(): boolean {
    return this.#queue.length >= this.#mapping.batchSize || ENVELOPE_BYTES + this.#bytes >= MAX_EVENT_BYTES
  }

  #take(): PendingRecord[] {
    let count = 0
    let bytes = ENVELOPE_BYTES
    for (const record of this.#queue) {
      // A single record always fits: an item has at most 400 KB.
      if (count === this.#mapping.batchSize || bytes + record.bytes > MAX_EVENT_BYTES) break
      bytes += record.bytes
      count += 1
    }
    const batch = this.#queue.splice(0, count)
    this.#bytes -= bytes - ENVELOPE_BYTES
    return batch
  }
}
