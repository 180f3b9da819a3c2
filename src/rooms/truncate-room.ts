import { auditItem, type AuditRow } from '../entities/audit.ts'
import { putAuditedJob } from '../entities/audited-job.ts'
import { getRoom, raiseFirstSeq } from '../entities/chat-room.ts'
import { jobItem } from '../entities/job.ts'
import { messageIdOf } from '../entities/message.ts'
import { stranger } from './admission.ts'

/**
 * Ends what was said in a room before a message: it is shown to nobody any more, and a job of the janitor deletes it.
 * A `before` beyond the head is all that there is. The entry in the audit log makes the stream tell everybody. AP5,
 * AP129, AP130.
 *
 * The job is written first: if nothing more happens, it does the rest.
 *
 * @returns the job's id
 * @throws NotAMember when there is no such room
 */
export async function truncateRoom(
  chatRoomId: string,
  before: number,
  doneBy: Pick<AuditRow, 'by' | 'via'>,
  now: number,
): Promise<string> {
  const room = await getRoom(chatRoomId)
  if (room === undefined) throw stranger()
  const first = Math.min(before, room.headSeq + 1)
  const job = jobItem('truncateRoom', { chatRoomId, before: first }, now)
  const messageId = messageIdOf(first)
  await putAuditedJob(auditItem({ chatRoomId, at: now, ...doneBy, action: 'truncate', messageId }), job)
  await raiseFirstSeq(chatRoomId, first)
  return job.jobId
}
