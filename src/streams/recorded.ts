import type { Change } from './changes.ts'

/** A change, and the sequence number of its stream record. */
export interface Recorded<C extends Change = Change> {
  sequenceNumber: string
  change: C
}
