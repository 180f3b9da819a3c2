import { type Drawn, getRoom } from '../entities/chat-room.ts'
import { getMembership } from '../entities/membership.ts'
import { asideIn, getMessage, lookIn, type MessageRow, messageIdOf } from '../entities/message.ts'
import { completeUpload, getUpload, rejectUpload, type UploadRow } from '../entities/upload.ts'
import { releaseUpload } from '../entities/pending-upload.ts'
import { sessionsOfUser } from '../entities/session.ts'
import { recipientOf } from '../entities/subscription.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { fileUrlOf, NULL_VERSION } from '../files/bucket-settings.ts'
import { messageEventWithFile } from '../files/message-event.ts'
import { expiryOf } from '../entities/retention.ts'
import { defined } from '../protocol/defined.ts'
import { atNextSeq } from '../rooms/at-next-seq.ts'
import { Forbidden, NotAMember, RoomClosed } from '../errors.ts'
import { logger } from '../logger.ts'
import type { UploadFailure } from '../protocol/events.ts'
import { giveUpSeq } from '../rooms/give-up-seq.ts'
import { drawFor } from '../rooms/pass-gate.ts'
import { judgeUpload, type Judged } from './judge-upload.ts'
import { deleteUnverified, keepVersion, type ObjectVersion } from './uploaded-object.ts'

/**
 * Completes or rejects the upload that waits for a version of the object, continuing wherever an earlier event left it.
 * The first version that is checked decides, and is the only one that is ever served. All other versions are deleted.
 * Returns what must be delivered before the upload is closed. Returns undefined if the upload is closed, or no upload
 * waits for the version.
 *
 * @throws Unavailable when no seq in the room was free in three attempts
 */
export async function settleUpload(uploadId: string, version: ObjectVersion): Promise<Delivery | undefined> {
  for (;;) {
    const upload = await getUpload(uploadId)
    if (upload?.objectKey !== version.key) {
      if (await deleteUnverified(version)) logger.warn('removed an object that no upload waits for')
      return undefined
    }
    if (upload.status === 'completed') return settleCompleted(upload, version)
    if (upload.status === 'rejected') return settleRejected(upload, version)
    const settled = await settlePending(upload, version)
    // If another invocation was faster, the upload is no longer pending, and is read once more.
    if (settled !== 'notPending') return settled
  }
}

async function settlePending(upload: UploadRow, version: ObjectVersion): Promise<Delivery | undefined | 'notPending'> {
  const verdict = await judgeUpload(upload, version)
  if (verdict === undefined) return undefined
  const end = 'reason' in verdict ? verdict : await complete(upload, verdict)
  if (end === 'notPending') return end
  await releaseUpload({ userId: upload.uploaderId, uploadId: upload.uploadId })
  if ('message' in end) return messageDelivery(version, end.message)
  if (!(await rejectUpload(upload.uploadId, end.reason))) return 'notPending'
  return settleRejected({ ...upload, reason: end.reason }, version)
}

/** Writes the message and the end of the upload in one transaction, under the room's next seq. AP7, AP8, AP28. */
async function complete(
  upload: UploadRow,
  judged: Judged,
): Promise<{ message: MessageRow } | { reason: UploadFailure } | 'notPending'> {
  const now = Date.now()
  // Slow mode counted the file when its form was requested.
  const sender = { userId: upload.uploaderId, standing: judged.standing, isCounted: true }
  const placed = await atNextSeq(
    () => drawFor(sender, upload.chatRoomId),
    (drawn) => completeUpload(upload, messageOf(upload, drawn, now, judged)),
  ).catch(refusalOf)
  if ('reason' in placed) return placed
  const { drawn, outcome } = placed
  if (outcome === 'completed') return { message: messageOf(upload, drawn, now, judged) }
  await giveUpSeq(upload.chatRoomId, drawn, now)
  return outcome === 'conflict' ? { reason: 'conflict' } : 'notPending'
}

/** Returns why the file may no longer be sent: the room may have been closed since the form was requested. */
function refusalOf(error: unknown): { reason: UploadFailure } {
  if (error instanceof RoomClosed || error instanceof Forbidden) return { reason: 'not_allowed' }
  if (error instanceof NotAMember) return { reason: 'not_a_member' }
  throw error
}

const messageOf = (
  upload: UploadRow,
  { seq, prevDrawnAt, ...drawn }: Drawn,
  now: number,
  { versionId, charset }: Judged,
): MessageRow => ({
  chatRoomId: upload.chatRoomId,
  messageId: messageIdOf(seq),
  kind: 'file',
  senderId: upload.uploaderId,
  content: upload.caption,
  timestamp: now,
  ...(upload.clientMessageId === undefined ? {} : { clientMessageId: upload.clientMessageId }),
  fileUrl: fileUrlOf(upload.objectKey),
  versionId,
  uploadId: upload.uploadId,
  fileName: upload.fileName,
  contentType: upload.contentType,
  size: upload.size,
  ...asideIn(upload),
  ...lookIn(upload),
  ...expiryOf(drawn, now),
  ...defined({ charset, prevDrawnAt, via: upload.via, traceId: upload.traceId }),
})

/**
 * Settles a version of an upload that is a message already. Either the event was redelivered, or the form was used
 * again. A second use of the form makes another version, which nobody has seen.
 */
async function settleCompleted(upload: UploadRow, version: ObjectVersion): Promise<Delivery | undefined> {
  // Version 0.1.0 stored no version id. An upload that it left unclosed waits for the event that completed it.
  const pinned = upload.versionId ?? (upload.closed ? NULL_VERSION : version.versionId)
  if (version.versionId !== pinned) {
    const fields = { uploadId: upload.uploadId, ...defined({ traceId: upload.traceId }) }
    if (await deleteUnverified(version)) logger.warn('removed what a completed upload’s form was used for', fields)
    return undefined
  }
  if (upload.closed) return undefined
  const message = await getMessage(upload.chatRoomId, upload.messageId ?? '')
  return message && messageDelivery(version, message)
}

/** Keeps the file permanently. Every connection of every member receives the message, including the uploader's. */
async function messageDelivery(version: ObjectVersion, message: MessageRow): Promise<Delivery> {
  const [event] = await Promise.all([messageEventWithFile(message), keepVersion(version)])
  return { event }
}

/** Also handles an upload that was rejected before: the form was used again, or the function was cut off. */
async function settleRejected(upload: UploadRow, version: ObjectVersion): Promise<Delivery | undefined> {
  await deleteUnverified(version)
  return upload.closed ? undefined : failureDelivery(upload)
}

/** Only the uploader receives the reason, on all their connections; nobody if they are no longer in the room. */
async function failureDelivery(upload: UploadRow): Promise<Delivery> {
  const { chatRoomId, uploadId, uploaderId, clientMessageId } = upload
  const event = {
    event: 'uploadFailed',
    chatRoomId,
    uploadId,
    reason: upload.reason!,
    ...(clientMessageId === undefined ? {} : { clientMessageId }),
  } as const
  const sessions = (await isInRoom(upload)) ? await sessionsOfUser(uploaderId, Date.now()) : []
  return { event, only: sessions.map(recipientOf) }
}

/** Whether the uploader may be told of the room. An admin needs no membership for that. AP5, AP8. */
async function isInRoom({ chatRoomId, uploaderId, ofAdmin }: UploadRow): Promise<boolean> {
  if ((await getRoom(chatRoomId)) === undefined) return false
  return ofAdmin === true || (await getMembership(chatRoomId, uploaderId)) !== undefined
}
