import { DescribeStreamCommand, type Shard as ShardDescription } from '@aws-sdk/client-dynamodb-streams'
import type { Closable } from '../contracts.ts'
import { Running } from '../running.ts'
import { Checkpoint } from './checkpoint.ts'
import { compileFilters, type RecordFilter } from './filter-pattern.ts'
import { MappingState } from './mapping-state.ts'
import type { EventSourceMappingOptions } from './mapping-options.ts'
import { Shard, type StartingPosition } from './shard.ts'

/** Lambda's event source mapping for one DynamoDB stream. */
export interface EventSourceMapping extends Closable {
  /**
   * Resolves when everything in the stream at the time of the call has been processed: by the function, the filters or
   * the on-failure destination. What the function writes in the meantime is not included: call it again.
   *
   * @throws the error that ended the reading, or an Error if the mapping is closed
   */
  idle(): Promise<void>
  /** Stops polling and invoking until `resume`. Running invocations continue. */
  pause(): void
  resume(): void
  /**
   * Resolves while the stream is being read.
   *
   * @throws the error that ended the reading
   */
  healthy(): Promise<void>
  /** Waits for running invocations and saves the checkpoint. A batch that waits for its retry is redelivered. */
  close(): Promise<void>
}

/** Milliseconds between two searches for new shards. When a shard finishes, they are looked for at once. */
const REFRESH_INTERVAL_MS = 10_000

/**
 * Polls a stream and invokes `mapping.function` with its records. Each record is processed at least once, and the
 * records of one item in order.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 *
 * @throws Error for a filter pattern that Lambda would refuse, or a stream that can't be described
 */
export async function startEventSourceMapping(options: EventSourceMappingOptions): Promise<EventSourceMapping> {
  const checkpoint = await Checkpoint.open(options.checkpointFile, options.streamArn, options.log)
  const mapping = new Mapping(options, checkpoint, compileFilters(options.mapping.filters))
  await mapping.start()
  return mapping
}

class Mapping implements EventSourceMapping {
  readonly #options: EventSourceMappingOptions
  readonly #checkpoint: Checkpoint
  readonly #passes: RecordFilter
  readonly #state = new MappingState()
  readonly #shards = new Map<string, Shard>()
  /** A rejection is a defect: it is logged, and `idle` and `healthy` reject. */
  readonly #running = new Running((error) => {
    this.#options.log.error('the event source mapping failed', { error: String(error) })
    this.#crash = { error }
    this.#state.monitor.notify()
  })
  /** The last description of the stream: its round, and how many shards were finished at that time. */
  #described = { round: 0, finished: 0 }
  #crash: { error: unknown } | undefined

  constructor(options: EventSourceMappingOptions, checkpoint: Checkpoint, passes: RecordFilter) {
    this.#options = options
    this.#checkpoint = checkpoint
    this.#passes = passes
  }

  async start(): Promise<void> {
    await this.#refresh(this.#options.mapping.startingPosition)
    this.#running.track(this.#keepRefreshing())
  }

  async idle(): Promise<void> {
    const { monitor } = this.#state
    const over = () => this.#crash !== undefined || this.#state.closing
    const round = this.#state.nextRound()
    await monitor.until(() => over() || this.#hasDrained(round))
    const read = [...this.#shards.values()].map((shard) => [shard, shard.read] as const)
    await monitor.until(() => over() || read.every(([shard, count]) => shard.worked >= count))
    if (this.#crash !== undefined) throw this.#crash.error
    if (this.#state.closing) throw new Error('unable to wait for the stream; the event source mapping is closed')
  }

  pause(): void {
    this.#state.setPaused(true)
  }

  resume(): void {
    this.#state.setPaused(false)
  }

  async healthy(): Promise<void> {
    if (this.#crash !== undefined) throw this.#crash.error
  }

  async close(): Promise<void> {
    this.#state.close()
    await this.#running.ended()
    await this.#checkpoint.flush()
  }

  #hasDrained(round: number): boolean {
    const { round: describedRound, finished } = this.#described
    return (
      describedRound >= round &&
      finished === this.#finishedShards() &&
      [...this.#shards.values()].every((shard) => shard.hasDrained(round))
    )
  }

  async #keepRefreshing(): Promise<void> {
    const { monitor, round: startRound } = this.#state
    let seen = { round: startRound, finished: 0 }
    while (!this.#state.closing) {
      await monitor.until(
        () => this.#state.closing || this.#state.round > seen.round || this.#finishedShards() > seen.finished,
        REFRESH_INTERVAL_MS,
      )
      if (this.#state.closing) return
      seen = { round: this.#state.round, finished: this.#finishedShards() }
      try {
        await this.#refresh('TRIM_HORIZON')
        this.#described = seen
        monitor.notify()
      } catch (error) {
        if (this.#state.closing) return
        this.#options.log.warn('unable to describe the stream; trying again', { error: String(error) })
        seen = { round: -1, finished: -1 }
        await monitor.until(() => this.#state.closing, 500)
      }
    }
  }

  #finishedShards(): number {
    return [...this.#shards.values()].filter(({ finished }) => finished).length
  }

  /**
   * Starts the shards whose parent is finished.
   *
   * @param position where to start without a checkpoint
   */
  async #refresh(position: 'TRIM_HORIZON' | 'LATEST'): Promise<void> {
    const described = await this.#describe()
    const ids = new Set(described.map(({ ShardId }) => ShardId as string))
    this.#checkpoint.keepOnly(ids)
    for (const { ShardId: shardId = '', ParentShardId: parent, SequenceNumberRange: range } of described) {
      if (this.#shards.has(shardId) || this.#checkpoint.of(shardId)?.finished) continue
      if (position === 'LATEST' && range?.EndingSequenceNumber !== undefined && !this.#checkpoint.of(shardId)) {
        this.#checkpoint.set(shardId, { finished: true })
        continue
      }
      if (parent !== undefined && ids.has(parent) && !this.#checkpoint.of(parent)?.finished) continue
      await this.#startShard(shardId, this.#positionOf(shardId, position))
    }
  }

  #positionOf(shardId: string, position: 'TRIM_HORIZON' | 'LATEST'): StartingPosition {
    const after = this.#checkpoint.of(shardId)?.after
    return after === undefined ? { type: position } : { type: 'AFTER_SEQUENCE_NUMBER', after }
  }

  async #startShard(shardId: string, position: StartingPosition): Promise<void> {
    const shard = new Shard(shardId, position, this.#options, this.#state, this.#passes, (done) =>
      this.#checkpoint.set(shardId, done),
    )
    if (position.type === 'LATEST') await shard.open()
    this.#shards.set(shardId, shard)
    this.#running.track(shard.run())
  }

  async #describe(): Promise<ShardDescription[]> {
    const { streamsClient, streamArn } = this.#options
    const shards: ShardDescription[] = []
    let last: string | undefined
    do {
      const { StreamDescription: page } = await streamsClient.send(
        new DescribeStreamCommand({ StreamArn: streamArn, ...(last !== undefined && { ExclusiveStartShardId: last }) }),
        { abortSignal: this.#state.signal },
      )
      shards.push(...(page?.Shards ?? []))
      last = page?.LastEvaluatedShardId
    } while (last !== undefined)
    return shards
  }
}
