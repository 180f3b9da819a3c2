import type { StreamMapping } from '../../terraform/stack.ts'
import type { BatchWorker } from './batch-worker.ts'
import type { MappingState } from './mapping-state.ts'
import type { PendingRecord } from './pending-record.ts'

/** Lambda's limit for a synchronous event: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024
const ENVELOPE_BYTES = '{"Records":[]}'.length

/** One of the `parallelizationFactor` queues of a shard: the same items always, in order, one batch at a time. */
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

  /** Records that no batch has taken yet. */
  get queued(): number {
    return this.#queue.length
  }

  get queuedBytes(): number {
    return this.#bytes
  }

  /** Works batch after batch, until the mapping is closed. */
  async run(): Promise<void> {
    const { monitor } = this.#state
    for (;;) {
      await monitor.until(() => this.#state.closing || this.#queue.length > 0)
      const windowMs = this.#mapping.maximumBatchingWindowInSeconds * 1000
      if (windowMs > 0) await monitor.until(() => this.#state.closing || this.#isFull(), windowMs)
      if (!(await this.#state.running())) return
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
      // One record is always below the limit: an item has 400 KB at most.
      if (count === this.#mapping.batchSize || bytes + record.bytes > MAX_EVENT_BYTES) break
      bytes += record.bytes
      count += 1
    }
    const batch = this.#queue.splice(0, count)
    this.#bytes -= bytes - ENVELOPE_BYTES
    return batch
  }
}
