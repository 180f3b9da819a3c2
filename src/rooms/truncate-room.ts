import { auditItem, type AuditRow } from '../entities/audit.ts'
import { putAuditedJob } from '../entities/audited-job.ts'
import { getRoom, raiseFirstSeq } from '../entities/chat-room.ts'
import { getJob, singleJobItem } from '../entities/job.ts'
import { messageIdOf } from '../entities/message.ts'
import { stranger } from './admission.ts'

/**
 * Clears a room's history before a message. The older messages are hidden from everybody at once, and a job of the
 * janitor deletes them. With a `before` beyond the head, all messages are cleared. The audit entry makes the stream
 * deliver the event to everybody. AP5, AP129, AP130.
 *
 * The messages are hidden first. From then on no seq below can be drawn again, so the job never deletes a message that
 * is sent later. If the function crashes after that, the caller gets no reply and asks again.
 *
 * If the same history, or more, was cleared in the last 90 days, its job still exists, and nothing is written again.
 * AP127.
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
 * Hides the messages before `before`.
 *
 * @returns `first`: the first seq that is shown. It is lower than `before` if the room has fewer messages or a seq was
 *   just taken back, and higher if more was cleared before
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
