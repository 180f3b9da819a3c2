import { auditItem, type AuditRow } from '../entities/audit.ts'
import { putAuditedJob } from '../entities/audited-job.ts'
import { getRoom, raiseFirstSeq } from '../entities/chat-room.ts'
import { getJob, singleJobItem } from '../entities/job.ts'
import { messageIdOf } from '../entities/message.ts'
import { stranger } from './admission.ts'

/**
 * Ends what was said in a room before a message: it is shown to nobody any more, and a job of the janitor deletes it.
 * A `before` beyond the head is all that there is. The entry in the audit log makes the stream tell everybody. AP5,
 * AP129, AP130.
 *
 * It is hidden first: from then on no number below is given out again, so the job deletes nothing that is said later.
 * If nothing more happens, the caller has no reply, and asks again.
 *
 * What was cleared before, as far or further, has its job: nothing is noted for it once more, for the 90 days that a
 * job is kept. AP127.
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
  const { first, createdAt } = await hideBefore(chatRoomId, before)
  const job = singleJobItem('truncateRoom', { chatRoomId, before: first }, createdAt, now)
  if ((await getJob(job.jobId)) !== undefined) return job.jobId
  const messageId = messageIdOf(first)
  await putAuditedJob(auditItem({ chatRoomId, at: now, ...doneBy, action: 'truncate', messageId }), job)
  return job.jobId
}

/**
 * @returns the first that is shown: lower than asked for if there are fewer, also when a number was just taken back;
 *   higher if it was before
 */
async function hideBefore(chatRoomId: string, before: number): Promise<{ first: number; createdAt: number }> {
  for (;;) {
    const room = await getRoom(chatRoomId)
    if (room === undefined) throw stranger()
    const { createdAt, firstSeq = 0 } = room
    const first = Math.max(Math.min(before, room.headSeq + 1), firstSeq)
    if (first === firstSeq || (await raiseFirstSeq(chatRoomId, first))) return { first, createdAt }
  }
}
