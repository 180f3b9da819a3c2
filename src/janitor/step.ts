import type { JobRow } from '../entities/job.ts'

/** The result of one step of a job. */
export interface Step {
  /** Where the next step continues; undefined if the job is done. */
  cursor?: string
  /** The number of items that the step processed. */
  done: number
  /** The number of items in all, if it is known. */
  total?: number
  /** Epoch milliseconds before which there is nothing to do. */
  notBefore?: number
}

/**
 * Does one step of a job: at most a few seconds of work. A step may be cut off at any request, and is then repeated
 * from the same cursor. So each of its requests must be harmless when repeated.
 *
 * @param now epoch milliseconds
 */
export type DoStep = (job: JobRow, now: number) => Promise<Step>
