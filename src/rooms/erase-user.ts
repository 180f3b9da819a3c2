import { randomBytes } from 'node:crypto'
import { type Erasure, erasuresOf, startErasure } from '../entities/erasure.ts'
import { jobItem, type JobRow } from '../entities/job.ts'

/**
 * Starts the erasure of a user. It can be repeated, for example after a restore. The record keeps the user out, and a
 * job of the janitor removes them from all rows. A user who was erased before keeps the id that stands for them. AP144,
 * AP145.
 *
 * @param by who asks for the erasure
 * @returns the job
 */
export async function eraseUser(
  erasure: Omit<Erasure, 'erasedAs'> & Partial<Erasure>,
  by: string,
  now: number,
): Promise<JobRow> {
  const [before] = await erasuresOf([erasure.userId])
  const erasedAs = before?.erasedAs ?? erasure.erasedAs ?? `erased-${randomBytes(9).toString('base64url')}`
  const erased = { ...erasure, erasedAs }
  const job = jobItem('eraseUser', erased, now)
  await startErasure(erased, by, job)
  return job
}
