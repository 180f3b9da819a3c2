/**
 * How long the parts of a delivery take on AWS, in ms, each with its source. We measured none of them on AWS: they are
 * documented, or published by others, except for our own CPU time.
 */
export interface Latency {
  median: number
  p99: number
}

export interface Latencies {
  /** API Gateway accepts a frame and calls the function. */
  frame: Latency
  /** CPU time of the sending function. */
  sendCpu: number
  /** The requests that it sends to the table, one after the other. */
  requests: readonly Latency[]
  /** From the write until the stream shows the record. */
  visible: Latency
  /** Milliseconds between two polls of a shard that was empty. */
  pollMs: number
  /** The mapping calls the function. */
  invoke: Latency
  /** CPU time of the stream function for a batch, for each of its records, and for each post. */
  batchCpu: number
  recordCpu: number
  postCpu: number
  /** Reading a room's recipients. */
  query: Latency
  /** `postToConnection`, from the call to the response. */
  post: Latency
  /** The network between the edge and a client nearby. */
  network: number
}

/**
 * `visible` is what remains of the published 118, 213, 341 and 552 ms (p10, p50, p90, p99) from a write to the
 * function, if polls are distributed evenly over 250 ms and a call takes 8 to 30 ms.
 * https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/ (1,024 runs, eu-west-1, 2022)
 *
 * It is documented that a shard is polled four times a second, and at once after a batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 *
 * For API Gateway's part and a post there is no good published figure. Reports of 30 to 120 ms for a layer
 * (https://forum.serverless.com/t/lambda-call-latency/3891) come from people who measured whole round trips with cold
 * starts. The table's latencies are those that AWS calls "single-digit milliseconds".
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Introduction.html
 *
 * CPU times are those that `npm run bench:send` and `bench/posting` measured on this machine, divided by the 0.29 vCPU
 * of 512 MB. The stream function has a whole vCPU.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const ON_AWS: Latencies = {
  frame: { median: 12, p99: 40 },
  sendCpu: 0.9,
  requests: [
    { median: 3.5, p99: 12 },
    { median: 5, p99: 18 },
    { median: 5, p99: 18 },
  ],
  visible: { median: 75, p99: 300 },
  pollMs: 250,
  invoke: { median: 8, p99: 30 },
  batchCpu: 0.6,
  recordCpu: 0.01,
  postCpu: 0.075,
  query: { median: 5, p99: 20 },
  post: { median: 12, p99: 45 },
  network: 3,
}

/** A function that has just been started, whose code isn't compiled yet. `npm run bench:send` measures it. */
export const YOUNG: Latencies = { ...ON_AWS, sendCpu: 3, batchCpu: 1.5 }

/** Returns a function that samples from lognormal distributions. */
export function sampling(random: () => number): (latency: Latency) => number {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  // The 99th percentile is at 2.326 standard deviations.
  return ({ median, p99 }) => median * Math.exp((normal() * Math.log(p99 / median)) / 2.326)
}
