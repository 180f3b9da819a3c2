import { jobItem, putJob } from '../../entities/job.ts'
import { serverAction } from '../server-action.ts'

/** Has a job write what is a user's into the bucket, also of one who has left or was never here. AP122. */
export const exportUser = serverAction('exportUser', async ({ userId }) => {
  const job = jobItem('exportUser', { userId }, Date.now())
  await putJob(job)
  return { jobId: job.jobId }
})
