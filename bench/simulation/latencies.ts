/**
 * How long the parts of a delivery take on AWS, in ms, each with its source. Nothing was measured on AWS by us: what is
 * documented or was published by others stands here, and our own CPU time.
 */
export interface Latency {
  median: number
  p99: number
}

export interface Latencies {
  /** API Gateway takes a frame and calls the function. */
  frame: Latency
  /** CPU time of the sending function. */
  sendCpu: number
  /** What it asks the table, one after the other. */
  requests: readonly Latency[]
  /** From the write until the stream shows the record. */
  visible: Latency
  /** From one look of the mapping at a shard that was empty to the next. */
  pollMs: number
  /** The mapping calls the function. */
  invoke: Latency
  /** CPU time of the stream function, for a batch, a record of it and a post. */
  batchCpu: number
  recordCpu: number
  postCpu: number
  /** A room's recipients are read. */
  query: Latency
  /** `postToConnection`, from the call to the answer. */
  post: Latency
  /** The network from the edge to a client that is near. */
  network: number
}

/**
 * `visible` is what is left of the published 118, 213, 341 and 552 ms (p10, p50, p90, p99) from a write to the
 * function, when looks are spread evenly over 250 ms and a call takes 8 to 30 ms.
 * https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/ (1,024 runs, eu-west-1, 2022)
 *
 * That a shard is looked at four times a second is documented, and so is that it is looked at again at once after a
 * batch. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 *
 * For API Gateway's part and a post there is no good published figure: reports are 30 to 120 ms for a layer
 * (https://forum.serverless.com/t/lambda-call-latency/3891), of people who have measured whole round trips with cold
 * starts. The table's are those that AWS calls "single-digit milliseconds".
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Introduction.html
 *
 * CPU time is `npm run bench:send`'s and `bench/posting`'s of this machine, divided by the 0.29 vCPU that 512 MB have;
 * the stream function has a whole one. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
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

/** A function that was started a moment ago has code that isn't compiled yet. `npm run bench:send` has figures. */
export const YOUNG: Latencies = { ...ON_AWS, sendCpu: 3, batchCpu: 1.5 }

/** Samples from lognormal distributions. */
export function sampling(random: () => number): (latency: Latency) => number {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  // 2.326 standard deviations are the 99th percentile.
  return ({ median, p99 }) => median * Math.exp((normal() * Math.log(p99 / median)) / 2.326)
}
