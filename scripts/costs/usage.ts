import { PRICES } from './model.ts'

/** What was used of AWS, counted rather than assumed. */
export interface Usage {
  /** Frames from clients, and replies to them */
  frames: number
  /** Posts as they are metered: each begun 32 KB is one */
  posts: number
  /** Bytes of the posts */
  bytesOut: number
  /** DynamoDB's request units; what the mapping reads of the stream is free */
  reads: number
  writes: number
  invocations: number
  /** Seconds of CPU. Lambda gives a vCPU for every 1,769 MB, so they cost the same whatever a function's memory */
  cpuSeconds: number
}

const VCPU_GIGABYTES = 1_769 / 1_024

/**
 * Dollars for it, by the prices of the model. Of Lambda's duration only the CPU's part: what a function waits for the
 * table or the gateway is not in it, nor are logs and connection minutes.
 */
export const dollarsFor = ({ frames, posts, bytesOut, reads, writes, invocations, cpuSeconds }: Usage): number =>
  (frames + posts) * PRICES.frame +
  (bytesOut / 2 ** 30) * PRICES.outGigabyte +
  reads * PRICES.readUnit +
  writes * PRICES.writeUnit +
  invocations * PRICES.invocation +
  cpuSeconds * VCPU_GIGABYTES * PRICES.gigabyteSecond
