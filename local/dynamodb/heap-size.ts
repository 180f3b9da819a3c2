import { totalmem } from 'node:os'

const LEAST_MB = 256
const MOST_MB = 2_048

/**
 * Returns the heap limit of DynamoDB Local in megabytes: an eighth of the memory of the machine or its container,
 * between 256 and 2,048. A small table uses about 50.
 *
 * @param bytes the memory's size
 */
export function heapSizeMB(bytes = Math.min(totalmem(), process.constrainedMemory() || Infinity)): number {
  return Math.max(LEAST_MB, Math.min(MOST_MB, Math.floor(bytes / 8 / 2 ** 20)))
}
