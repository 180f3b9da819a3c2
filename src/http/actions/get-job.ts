import { getJob as readJob, type JobRow } from '../../entities/job.ts'
import { InvalidRequest } from '../../errors.ts'
import { exportUrl } from '../../files/exports.ts'
import { defined } from '../../protocol/defined.ts'
import { serverAction } from '../server-action.ts'

/** Returns the state of a janitor's job. AP127. */
export const getJob = serverAction('getJob', async ({ jobId }) => {
  const job = await readJob(jobId)
  if (job === undefined) {
    throw new InvalidRequest('unable to show the job; there is none', [{ path: 'jobId', problem: 'is no job' }])
  }
  const { kind, done, total, error, doneAt } = job
  const isExport = kind === 'exportRoom' || kind === 'exportUser'
  const url = isExport && doneAt !== undefined ? await exportUrl(jobId, doneAt, Date.now()) : undefined
  return { jobId, kind, state: stateOf(job), done, ...defined({ total, error, url }) }
})

function stateOf({ doneAt, error, cursor }: JobRow) {
  if (doneAt !== undefined) return 'done'
  if (error !== undefined) return 'failed'
  return cursor === undefined ? 'waiting' : 'running'
}
