/** How often and for how long the local runtime does what AWS does and a local machine doesn't. */
export interface LikeAws {
  /** Returns a number from 0 up to, but not including, 1. */
  random: () => number
  /** Least and most milliseconds of a request to the table. AWS promises "single-digit milliseconds". */
  tableMs: readonly [number, number]
  /**
   * Share of the table's requests that are throttled, like requests to a busy partition.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-causes.html
   */
  throttled: number
  /**
   * Share of the writes that meet a transaction conflict, among writes of items that a transaction touched a moment
   * ago.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
   */
  conflicts: number
  /**
   * Share of the batches of which a part comes back unprocessed.
   * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
   */
  unprocessed: number
  /**
   * Most milliseconds that the index lags behind the table. On AWS it is usually a fraction of a second, and more if
   * the index is busy.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Writes
   */
  indexLagMs: number
  /**
   * Milliseconds between two polls of a shard. Lambda polls 4 times a second.
   * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
   */
  pollMs: number
  /** Number of execution environments of each function, each with its own state. */
  environments: number
  /** Least and most milliseconds of a post to a connection. */
  postMs: readonly [number, number]
  /**
   * Share of the frames and new connections that the stage throttles. A throttled frame gets API Gateway's own error
   * frame.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
   */
  refused: number
  /**
   * New connections per second that the stage accepts. Others are refused with 429, as with `connects_burst` in
   * `terraform/`.
   */
  connectsPerSecond: number
  /**
   * Frames per second that one connection may send. One more closes it with 1008: "too many requests from a specific
   * client". AWS doesn't publish its figure.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
   */
  framesPerSecond: number
  /** Most milliseconds before a bucket's event arrives. "Typically in seconds but can sometimes take a minute." */
  objectEventMs: number
  /**
   * Share of the bucket's events that arrive twice.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
   */
  objectEventsTwice: number
  /** The functions' own temporary keys. Every request that they sign must carry the session token. */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string }
}

/**
 * Returns faults that happen more often than on AWS, so that an hour of development shows what AWS shows in a year.
 * They are never so frequent that nothing works.
 */
export const likeAws = (random: () => number = Math.random): LikeAws => ({
  random,
  tableMs: [2, 9],
  throttled: 0.01,
  conflicts: 0.05,
  unprocessed: 0.2,
  indexLagMs: 2_000,
  pollMs: 250,
  environments: 2,
  postMs: [5, 25],
  refused: 0.005,
  connectsPerSecond: 200,
  framesPerSecond: 500,
  objectEventMs: 1_500,
  objectEventsTwice: 0.2,
  credentials: { accessKeyId: 'ASIALOCAL', secretAccessKey: 'local', sessionToken: 'temporary' },
})

/** Returns a whole number between the two, both inclusive. */
export const between = ([from, to]: readonly [number, number], random: () => number): number =>
  Math.floor(from + random() * (to - from + 1))
