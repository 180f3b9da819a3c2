/** What AWS does now and then, or slowly, and the laptop doesn't: how often, and how long. */
export interface LikeAws {
  /** From 0 to 1, without 1. */
  random: () => number
  /** Milliseconds of a request to the table, from and to. AWS promises "single-digit milliseconds". */
  tableMs: readonly [number, number]
  /**
   * Share of the table's requests that are throttled, as those of a busy partition.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-causes.html
   */
  throttled: number
  /**
   * Share of the writes of items that a transaction was at a moment ago, which meet another there.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
   */
  conflicts: number
  /**
   * Share of the batches of which a part comes back undone.
   * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
   */
  unprocessed: number
  /**
   * Milliseconds, at most, that the index is behind the table: usually a fraction of a second, more when it is busy.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Writes
   */
  indexLagMs: number
  /**
   * Milliseconds between two looks of Lambda at a shard, which is 4 times a second.
   * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
   */
  pollMs: number
  /** Execution environments of each function, each with its own state. */
  environments: number
  /** Milliseconds of a post to a connection, from and to. */
  postMs: readonly [number, number]
  /**
   * Share of the frames and connections that the stage throttles: a frame gets API Gateway's own in reply.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
   */
  refused: number
  /**
   * New connections that the stage opens in a second; others are refused with 429. As `connects_burst` in `terraform/`.
   */
  connectsPerSecond: number
  /**
   * Frames of one connection in a second, of which one more closes it with 1008: "too many requests from a specific
   * client". AWS doesn't publish its figure.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
   */
  framesPerSecond: number
  /** Milliseconds, at most, before a bucket's event arrives. "Typically in seconds but can sometimes take a minute." */
  objectEventMs: number
  /**
   * Share of the bucket's events that arrive twice.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
   */
  objectEventsTwice: number
  /** The functions' own keys: temporary ones, of which every signature brings the session token along. */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string }
}

/** More often than AWS, so that an hour of a developer sees what AWS shows in a year; never so that nothing works. */
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

/** A whole number of milliseconds between the two. */
export const between = ([from, to]: readonly [number, number], random: () => number): number =>
  Math.floor(from + random() * (to - from + 1))
