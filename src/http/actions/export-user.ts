import { requireNotErased } from '../../entities/erasure.ts'
import { jobItem, putJob } from '../../entities/job.ts'
import { serverAction } from '../server-action.ts'

/** Has a job write what is a user's into the bucket, also of one who has left or was never here. AP122, AP145. */
export const exportUser = serverAction('exportUser', async ({ userId }) => {
  await requireNotErased(userId, 'export the user')
  const job = jobItem('exportUser', { userId }, Date.now())
  await putJob(job)
  return { jobId: job.jobId }
})
