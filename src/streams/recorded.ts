import type { Change } from './changes.ts'

/** A change, and the record that says so. */
export interface Recorded<C extends Change = Change> {
  sequenceNumber: string
  change: C
}
