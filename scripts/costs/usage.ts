import { PRICES } from './model.ts'

/** What AWS bills, as counted in a measurement. */
interface Usage {
  /** Frames from clients, and replies to them. */
  frames: number
  /** Posts as API Gateway bills them: one for each started 32 KB. */
  posts: number
  /** Bytes of the posts. */
  bytesOut: number
  /** DynamoDB's request units. The mapping's reads of the stream are free. */
  reads: number
  writes: number
  invocations: number
  /** Lambda gives one vCPU per 1,769 MB, so a second of CPU costs the same with any memory size. */
  cpuSeconds: number
}

const VCPU_GIGABYTES = 1_769 / 1_024

/**
 * Returns the dollars for this usage, at the prices of the model. Of Lambda's duration only the CPU time is counted.
 * The time that a function waits for the table or the gateway is not included, nor are logs and connection minutes.
 */
export const dollarsFor = ({ frames, posts, bytesOut, reads, writes, invocations, cpuSeconds }: Usage): number =>
  (frames + posts) * PRICES.frame +
  (bytesOut / 2 ** 30) * PRICES.outGigabyte +
  reads * PRICES.readUnit +
  writes * PRICES.writeUnit +
  invocations * PRICES.invocation +
  cpuSeconds * VCPU_GIGABYTES * PRICES.gigabyteSecond
