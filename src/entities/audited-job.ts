import { createWriteTransaction } from 'electrodb'
import { Audit, type AuditRow } from './audit.ts'
import { Job, type JobRow } from './job.ts'
import { transact } from './transact.ts'

/**
 * A job of the janitor that a backend asks for, and its entry in the room's audit log.
 *
 * - AP130 `putAuditedJob`: add a job and its audit entry, unless the job is queued already
 */
const entities = { Audit, Job }

/**
 * AP130. Adds a job and its audit entry in one transaction. Writes neither if the job is queued already.
 *
 * @throws Unavailable when the table is too busy; nothing was written
 */
export async function putAuditedJob(audit: AuditRow, job: JobRow): Promise<void> {
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.Audit.put(audit).commit(),
    tx.Job.create(job).commit(),
  ])
  await transact('note the job', () => transaction.go())
}
