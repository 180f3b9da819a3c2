/** Dollars in us-east-1, on demand, without free tiers and volume discounts. */
export const PRICES = {
  /** API Gateway: each frame of up to 32 KB, in either direction. */
  frame: 1 / 1e6,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  invocation: 0.2 / 1e6,
  /** Lambda on arm64. */
  gigabyteSecond: 0.0000133334,
  logGigabyte: 0.5,
  /** Data that leaves AWS. */
  outGigabyte: 0.09,
} as const

/** Request units from `docs/data-model.md`: of a send without `clientMessageId`, and what a `clientMessageId` adds. */
export const SEND = { writeUnits: 2, readUnits: 1 } as const
export const GUARD = { writeUnits: 4, readUnits: 1 } as const

/** Bytes of a subscription when read: 1,000 subscriptions take 45 read units of 4 KB. */
export const SUBSCRIPTION_BYTES = (45 * 4_096) / 1_000

/** Estimates. Replace them by your own metrics. */
export const ASSUMED = {
  /** An event with about 200 bytes of text, in its frame. */
  eventBytes: 500,
  sendMs: 30,
  /** A fan-out without its posts. */
  batchMs: 20,
  /** CPU of one post, with one vCPU (1,769 MB). About 0.3 with `POSTING=sdk`. */
  postMs: 0.1,
  /** Log lines of Lambda per invocation: start and report. */
  invocationLogBytes: 800,
  /** The stream function's metrics per batch: a line that `tests/integration/metrics.integration.test.ts` measures. */
  metricLogBytes: 900,
  /** A line of the access log, per incoming frame. */
  accessLogBytes: 400,
} as const

const SEND_GB = 512 / 1_024
const STREAM_GB = 1_769 / 1_024
const GB = 2 ** 30

export interface Cost {
  framesIn: number
  posts: number
  writes: number
  reads: number
  lambda: number
  logs: number
  dataOut: number
}

/**
 * Returns the dollars for a million `sendMessage`.
 *
 * @param connections connections in the room, including the sender's
 * @param coalesced messages of one room in each batch of the stream; 1 if they arrive one by one
 */
export function costPerMillion(connections: number, coalesced = 1): Cost {
  const n = 1e6
  const batches = n / coalesced
  const recipients = connections - 1
  const sendSeconds = ASSUMED.sendMs / 1_000
  const batchSeconds = (ASSUMED.batchMs + recipients * ASSUMED.postMs) / 1_000
  return {
    framesIn: n * 2 * PRICES.frame,
    posts: batches * recipients * PRICES.frame,
    writes: n * SEND.writeUnits * PRICES.writeUnit,
    reads: (n * SEND.readUnits + batches * Math.ceil((connections * SUBSCRIPTION_BYTES) / 4_096)) * PRICES.readUnit,
    lambda:
      (n + batches) * PRICES.invocation +
      (n * sendSeconds * SEND_GB + batches * batchSeconds * STREAM_GB) * PRICES.gigabyteSecond,
    logs:
      ((n * ASSUMED.accessLogBytes + (n + batches) * ASSUMED.invocationLogBytes + batches * ASSUMED.metricLogBytes) /
        GB) *
      PRICES.logGigabyte,
    dataOut: ((n * recipients * ASSUMED.eventBytes) / GB) * PRICES.outGigabyte,
  }
}

export const total = (cost: Cost): number => Object.values({ ...cost }).reduce((sum, part) => sum + part, 0)
