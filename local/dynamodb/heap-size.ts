import { totalmem } from 'node:os'

const LEAST_MB = 256
const MOST_MB = 2_048

/**
 * Megabytes of heap for DynamoDB Local: an eighth of the memory of the machine or of its container, between 256 and
 * 2,048. It is a limit: a small table uses some 50.
 *
 * @param bytes of memory
 */
export function heapSizeMB(bytes = Math.min(totalmem(), process.constrainedMemory() || Infinity)): number {
  return Math.max(LEAST_MB, Math.min(MOST_MB, Math.floor(bytes / 8 / 2 ** 20)))
}
