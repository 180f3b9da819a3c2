import { createHash } from 'node:crypto'
import {
  DynamoDBStreamsServiceException,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams'
import { itemKey } from '../dynamodb/item-key.ts'
import { BatchWorker } from './batch-worker.ts'
import type { ShardCheckpoint } from './checkpoint.ts'
import type { RecordFilter } from './filter-pattern.ts'
import { toLambdaRecord } from './lambda-record.ts'
import { BatchQueue } from './batch-queue.ts'
import type { MappingState } from './mapping-state.ts'
import type { EventSourceMappingOptions } from './mapping-options.ts'
import { Progress } from './progress.ts'

export type StartingPosition = { type: 'TRIM_HORIZON' | 'LATEST' } | { type: 'AFTER_SEQUENCE_NUMBER'; after: string }

/** Reading pauses while at least this many bytes wait for the function. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024
const MIN_QUEUED_RECORDS = 1_000

/** The page size of GetRecords. */
const PAGE_RECORDS = 1_000

const FASTEST_POLL_MS = 10
const SLOWEST_POLL_MS = 100

/** DynamoDB Local rounds the times of its records down to the minute. */
const CLOCK_GRAIN_MS = 60_000

/** Reads one shard to its end and processes its records in `parallelizationFactor` queues. */
export class Shard {
  readonly shardId: string
  readonly #options: EventSourceMappingOptions
  readonly #state: MappingState
  readonly #passes: RecordFilter
  readonly #checkpoint: (checkpoint: ShardCheckpoint) => void
  readonly #queues: BatchQueue[]
  readonly #progress: Progress
  #position: StartingPosition
  #iterator: string | undefined
  #lastActivity = performance.now()
  #failures = 0
  #drainedRound = -1
  #finished = false

  constructor(
    shardId: string,
    position: StartingPosition,
    options: EventSourceMappingOptions,
    state: MappingState,
    passes: RecordFilter,
    checkpoint: (checkpoint: ShardCheckpoint) => void,
  ) {
    this.shardId = shardId
    this.#position = position
    this.#options = options
    this.#state = state
    this.#passes = passes
    this.#checkpoint = checkpoint
    this.#progress = new Progress((after) => {
      checkpoint({ after })
      state.monitor.notify()
    })
    const worker = new BatchWorker(options, state, shardId)
    this.#queues = Array.from(
      { length: options.mapping.parallelizationFactor },
      () => new BatchQueue(options.mapping, worker, state),
    )
  }

  /** True if the shard is closed and everything in it is processed. */
  get finished(): boolean {
    return this.#finished
  }

  /** Whether a poll of this round or a later one found no more records. */
  hasDrained(round: number): boolean {
    return this.#finished || this.#drainedRound >= round
  }

  get read(): number {
    return this.#progress.added
  }

  get worked(): number {
    return this.#progress.through
  }

  /** Fixes the position to read from. Even with `LATEST`, everything written after this call is seen. */
  async open(): Promise<void> {
    const { streamsClient, streamArn } = this.#options
    const position = this.#position
    const { ShardIterator } = await streamsClient.send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId: this.shardId,
        ShardIteratorType: position.type,
        ...(position.type === 'AFTER_SEQUENCE_NUMBER' && { SequenceNumber: position.after }),
      }),
      { abortSignal: this.#state.signal },
    )
    this.#iterator = ShardIterator
  }

  /** Ends when the shard is finished, or when the mapping is closed and its running invocations have ended. */
  async run(): Promise<void> {
    const queues = Promise.all(this.#queues.map((queue) => queue.run()))
    await Promise.race([queues, this.#read()])
    // The queues of a finished shard are empty, and end only when the mapping is closed.
    if (this.#state.closing) await queues
  }

  async #read(): Promise<void> {
    const { monitor } = this.#state
    for (;;) {
      await monitor.until(() => this.#state.closing || (!this.#state.paused && !this.#isFull()))
      if (this.#state.closing) return
      const { round } = this.#state
      const page = await this.#poll()
      if (page === undefined) continue
      for (const record of page.records) this.#accept(record)
      if (page.records.length > 0) this.#lastActivity = performance.now()
      else if (!page.isLast) this.#drainedRound = round
      monitor.notify()
      if (page.isLast) break
      if (page.records.length < PAGE_RECORDS) {
        await monitor.until(() => this.#state.closing || this.#state.round !== round, this.#pollDelayMs())
      }
    }
    await monitor.until(() => this.#state.closing || this.worked === this.read)
    if (this.worked < this.read) return
    this.#finished = true
    this.#checkpoint({ finished: true })
    monitor.notify()
  }

  async #poll(): Promise<{ records: StreamRecord[]; isLast: boolean } | undefined> {
    const { streamsClient } = this.#options
    try {
      if (this.#iterator === undefined) await this.open()
      const page = await streamsClient.send(new GetRecordsCommand({ ShardIterator: this.#iterator }), {
        abortSignal: this.#state.signal,
      })
      this.#iterator = page.NextShardIterator
      this.#failures = 0
      return { records: page.Records ?? [], isLast: page.NextShardIterator === undefined }
    } catch (error) {
      if (!this.#state.closing) await this.#recover(error)
      return undefined
    }
  }

  async #recover(error: unknown): Promise<void> {
    const { log } = this.#options
    // After a network failure the iterator is still valid. With LATEST only the iterator knows the position.
    if (error instanceof DynamoDBStreamsServiceException && error.$fault === 'client') this.#iterator = undefined
    if (error instanceof ExpiredIteratorException) {
      log.info('the shard iterator had expired; reading on after the last record', { shardId: this.shardId })
      return
    }
    if (error instanceof TrimmedDataAccessException) {
      // With TRIM_HORIZON no record is lost: DynamoDB Local sometimes returns this error for a new stream.
      const lost = this.#position.type === 'AFTER_SEQUENCE_NUMBER'
      if (lost) log.warn('records were trimmed before they were read', { shardId: this.shardId })
      this.#position = { type: 'TRIM_HORIZON' }
      return
    }
    this.#failures += 1
    if (this.#failures === 1) {
      log.warn('unable to read the stream; trying again', { shardId: this.shardId, error: String(error) })
    }
    await this.#state.monitor.until(
      () => this.#state.closing,
      Math.min(1_000, FASTEST_POLL_MS * 2 ** Math.min(this.#failures, 10)),
    )
  }

  #accept(record: StreamRecord): void {
    const sequenceNumber = record.dynamodb?.SequenceNumber
    const keys = record.dynamodb?.Keys
    if (sequenceNumber === undefined || keys === undefined) {
      throw new Error(`unable to read the stream; record ${record.eventID} has no sequence number or no keys`)
    }
    this.#position = { type: 'AFTER_SEQUENCE_NUMBER', after: sequenceNumber }
    this.#options.onRecord?.(record)
    const finish = this.#progress.add(sequenceNumber)
    const lambdaRecord = toLambdaRecord(record, this.#options)
    if (!this.#passes(lambdaRecord)) {
      finish()
      return
    }
    this.#queueOf(itemKey(keys)).push({
      record: lambdaRecord,
      sequenceNumber,
      bytes: Buffer.byteLength(JSON.stringify(lambdaRecord)) + 1,
      createdAt: this.#createdAt(record.dynamodb?.ApproximateCreationDateTime),
      finish,
    })
  }

  #createdAt(stamped: Date | undefined): number {
    const now = (this.#options.clock ?? Date.now)()
    return stamped === undefined ? now : Math.max(stamped.getTime(), Math.min(now, stamped.getTime() + CLOCK_GRAIN_MS))
  }

  #queueOf(key: string): BatchQueue {
    const hash = createHash('sha1').update(key).digest().readUInt32BE()
    return this.#queues[hash % this.#queues.length] as BatchQueue
  }

  #isFull(): boolean {
    let records = 0
    let bytes = 0
    for (const queue of this.#queues) {
      records += queue.queued
      bytes += queue.queuedBytes
    }
    const { batchSize, parallelizationFactor } = this.#options.mapping
    return records >= Math.max(MIN_QUEUED_RECORDS, batchSize * parallelizationFactor) || bytes >= MAX_QUEUED_BYTES
  }

  #pollDelayMs(): number {
    if (this.#options.pollMs !== undefined) return this.#options.pollMs
    const idleMs = performance.now() - this.#lastActivity
    return Math.min(SLOWEST_POLL_MS, Math.max(FASTEST_POLL_MS, idleMs / 20))
  }
}
