import { requireNotErased } from '../../entities/erasure.ts'
import { jobItem, putJob } from '../../entities/job.ts'
import { serverAction } from '../server-action.ts'

/** Starts a job that writes a user's data into the bucket, even if the user has left or never existed. AP122, AP145. */
export const exportUser = serverAction('exportUser', async ({ userId }) => {
  await requireNotErased(userId, 'export the user')
  const job = jobItem('exportUser', { userId }, Date.now())
  await putJob(job)
  return { jobId: job.jobId }
})
