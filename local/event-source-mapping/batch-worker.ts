import { ACCOUNT_ID } from '../account.ts'
import { failedFrom } from './batch-response.ts'
import { failureRecord, type FailureCondition } from './failure-record.ts'
import { inRegion } from './lambda-record.ts'
import type { MappingState } from './mapping-state.ts'
import type { EventSourceMappingOptions } from './mapping-options.ts'
import type { PendingRecord } from './pending-record.ts'

/** A batch, or the rest of it after a failure or a split. */
interface RemainingBatch {
  records: readonly PendingRecord[]
  /** Counted against `maximumRetryAttempts`. A split is not a retry. */
  retries: number
  invocations: number
  /** Whether the last invocation threw, instead of reporting failures. */
  threw: boolean
}

/**
 * Processes one batch until each of its records is done or in the on-failure destination, in order. Retries from the
 * lowest reported sequence number, splits the batch there or in the middle, and gives up after the allowed attempts or
 * at the allowed age.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export class BatchWorker {
  readonly #options: EventSourceMappingOptions
  readonly #state: MappingState
  readonly #shardId: string

  constructor(options: EventSourceMappingOptions, state: MappingState, shardId: string) {
    this.#options = options
    this.#state = state
    this.#shardId = shardId
  }

  /** Processes the records. Resolves early, with unfinished records, if the mapping is closed. */
  async work(records: readonly PendingRecord[]): Promise<void> {
    const parts: RemainingBatch[] = [{ records, retries: 0, invocations: 0, threw: false }]
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if (!(await this.#state.mayProceed())) return
      const rest = (await this.#dropExpired(part)) ?? (await this.#attempt(part))
      if (rest === 'closed') return
      parts.unshift(...rest)
    }
  }

  /**
   * Gives up the records older than `maximumRecordAgeInSeconds`. They come first, because a shard is ordered by time.
   */
  async #dropExpired(part: RemainingBatch): Promise<RemainingBatch[] | 'closed' | undefined> {
    const { maximumRecordAgeInSeconds } = this.#options.mapping
    if (maximumRecordAgeInSeconds === -1) return undefined
    const oldest = this.#now() - maximumRecordAgeInSeconds * 1000
    const firstInTime = part.records.findIndex(({ createdAt }) => createdAt >= oldest)
    if (firstInTime === 0) return undefined

    const expired = firstInTime === -1 ? part.records : part.records.slice(0, firstInTime)
    if (!(await this.#giveUp({ ...part, records: expired }, 'RecordAgeExceeded'))) return 'closed'
    return firstInTime === -1 ? [] : [{ ...part, records: part.records.slice(firstInTime) }]
  }

  /** Invokes the function once. Returns what is left to process. */
  async #attempt(tried: RemainingBatch): Promise<RemainingBatch[] | 'closed'> {
    const { mapping, log } = this.#options
    const outcome = await this.#invoke(tried.records)
    const failedAt = outcome.failedFrom === 'whole' ? 0 : outcome.failedFrom
    finish(failedAt === 'none' ? tried.records : tried.records.slice(0, failedAt))
    if (failedAt === 'none') return []

    const part = {
      ...tried,
      records: tried.records.slice(failedAt),
      invocations: tried.invocations + 1,
      threw: outcome.threw,
    }
    log.warn('a batch failed', {
      function: mapping.function,
      records: part.records.length,
      from: part.records[0]?.sequenceNumber,
      invocations: part.invocations,
      error: outcome.error,
    })
    if (mapping.bisectBatchOnFunctionError) {
      if (failedAt > 0) return [part]
      // A report of the first record gives no place to split: the whole batch is retried, and finally given up.
      if (outcome.failedFrom === 'whole' && part.records.length > 1) {
        const middle = Math.ceil(part.records.length / 2)
        return [
          { ...part, records: part.records.slice(0, middle) },
          { ...part, records: part.records.slice(middle) },
        ]
      }
    }
    if (mapping.maximumRetryAttempts !== -1 && part.retries >= mapping.maximumRetryAttempts) {
      return (await this.#giveUp(part, 'RetryAttemptsExhausted')) ? [] : 'closed'
    }
    await this.#backOff(part.retries + 1)
    return [{ ...part, retries: part.retries + 1 }]
  }

  async #invoke(
    pending: readonly PendingRecord[],
  ): Promise<{ failedFrom: number | 'none' | 'whole'; threw: boolean; error?: string }> {
    const { invoke, mapping, faults } = this.#options
    const records = pending.map(({ record }) => record)
    const Records = faults?.onBatch?.(records) ?? records
    let response: unknown
    try {
      response = await invoke(mapping.function, { Records })
    } catch (error) {
      return { failedFrom: 'whole', threw: true, error: String(error) }
    }
    if (!mapping.reportBatchItemFailures) return { failedFrom: 'none', threw: false }
    const sequenceNumbers = pending.map(({ sequenceNumber }) => sequenceNumber)
    return { failedFrom: failedFrom(response, sequenceNumbers), threw: false }
  }

  /** Puts a batch into the on-failure destination. Returns false if the mapping was closed before it was stored. */
  async #giveUp(part: RemainingBatch, condition: FailureCondition): Promise<boolean> {
    const { mapping, region, onFailure, log } = this.#options
    const record = failureRecord({
      ...part,
      condition,
      functionArn: `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${mapping.function}`,
      shardId: this.#shardId,
      streamArn: inRegion(this.#options.streamArn, region),
      now: this.#now(),
    })
    for (let attempt = 1; ; attempt += 1) {
      try {
        await onFailure(record)
        break
      } catch (error) {
        log.error('the on-failure destination failed; trying again', { attempt, error: String(error) })
      }
      await this.#backOff(attempt)
      if (this.#state.closing) return false
    }
    log.error('a batch was given up', { condition, records: part.records.length, invocations: part.invocations })
    finish(part.records)
    return true
  }

  #now(): number {
    return (this.#options.clock ?? Date.now)()
  }

  #backOff(retry: number): Promise<void> {
    const delay = this.#options.retryDelayMs ?? ((nth: number) => Math.min(5_000, 50 * 2 ** (nth - 1)))
    return this.#state.monitor.until(() => this.#state.closing, delay(retry))
  }
}

function finish(records: readonly PendingRecord[]): void {
  for (const record of records) record.finish()
}
