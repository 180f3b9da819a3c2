import { getRoom } from '../../entities/chat-room.ts'
import { jobItem, putJob } from '../../entities/job.ts'
import { stranger } from '../../rooms/admission.ts'
import { serverAction } from '../server-action.ts'

/** Starts a job that writes a room's archive into the bucket. AP5, AP122. */
export const exportRoom = serverAction('exportRoom', async ({ chatRoomId }) => {
  if ((await getRoom(chatRoomId)) === undefined) throw stranger()
  const job = jobItem('exportRoom', { chatRoomId }, Date.now())
  await putJob(job)
  return { jobId: job.jobId }
})
