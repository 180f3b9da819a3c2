import { createWriteTransaction } from 'electrodb'
import { Audit, type AuditRow } from './audit.ts'
import { Job, type JobRow } from './job.ts'
import { transact } from './transact.ts'

/**
 * What a backend has the janitor do in a room.
 *
 * - AP130 `putAuditedJob`: is this to be done, and noted, if it isn't yet?
 */
const entities = { Audit, Job }

/**
 * AP130. Both or neither: if the job is to be done already, neither.
 *
 * @throws Unavailable when nothing was written
 */
export async function putAuditedJob(audit: AuditRow, job: JobRow): Promise<void> {
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.Audit.put(audit).commit(),
    tx.Job.create(job).commit(),
  ])
  await transact('note the job', () => transaction.go())
}
