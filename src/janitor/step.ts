import type { JobRow } from '../entities/job.ts'

/** What one step of a job has come to. */
export interface Step {
  /** Where the next step goes on; undefined when the job is done. */
  cursor?: string
  /** Items that were worked. */
  done: number
  /** Items that there are in all, where that is known. */
  total?: number
  /** Epoch milliseconds before which there is nothing to do. */
  notBefore?: number
}

/**
 * Does one step of a job: a few seconds of work at most. It may be cut off at any request, and is done again from the
 * same cursor then: so each of its requests must be harmless a second time.
 *
 * @param now epoch milliseconds
 */
export type DoStep = (job: JobRow, now: number) => Promise<Step>
