import { backoffMs } from '../../client/backoff.ts'
import { defaults } from '../../client/options.ts'

/** What a client does when `sync` is refused. */
export interface SyncRetry {
  /** `new connection`: as in 0.1.0, the client gives up the connection and opens another. */
  on: 'new connection' | 'same connection'
  /**
   * Whether the next try continues where this one stopped. Rooms that are subscribed on this connection are then not
   * written again.
   */
  resumes: boolean
  /** The least time that the server asks the client to wait, in ms. The client adds its own backoff. */
  retryAfterMs: number
}

/** Returns the SDK's wait before its nth attempt (0 for the first), by the same function and defaults as the SDK. */
export const clientWaitMs = (attempt: number, random: () => number): number =>
  backoffMs(attempt, defaults.backoff, random)

/** How the functions retry requests that the table has throttled. */
export const TABLE_RETRY = {
  /**
   * A single write: the client of the AWS SDK in `src/entities/table.ts`, its default strategy. The nth wait is random
   * up to `baseMs` × 2^n.
   * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
   */
  single: { tries: 3, baseMs: 1_000 },
  /** A batch: `untilProcessed` in `src/entities/batch.ts`. The nth wait is random up to `baseMs` × 2^n. */
  batch: { tries: 5, baseMs: 40 },
}

/**
 * Guesses, in ms. They determine how long one undisturbed reconnect takes, but hardly affect when the last client is
 * back.
 */
export const TIMES = {
  /** The authorizer and the start of `$connect`. */
  authorize: 40,
  /** From a client to the gateway and back. */
  roundTrip: 30,
  /** One request to the table. */
  tableRequest: 10,
  /** The `$disconnect` events of all lost connections arrive within this time. */
  disconnects: 10_000,
}

/** The clean-up by the stream function: shards work at the same time, each on one batch after the other. */
export const STREAM = {
  /** A new table has four partitions, with one shard each. */
  shards: 4,
  /** Records per batch; `batchSize` in `terraform/stack.json`. */
  batch: 500,
  /** Measured: a delete takes 0.5 ms of the function's CPU. */
  deletesPerSecond: 2_000,
}
