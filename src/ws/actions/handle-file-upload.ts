import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type Aside, asideIn } from '../../entities/message.ts'
import { holdUpload } from '../../entities/pending-upload.ts'
import { getGuard, type GuardRow, isComplete, isSameContent } from '../../entities/send-guard.ts'
import { getUpload, hashOfUpload, startUpload, type UploadRow } from '../../entities/upload.ts'
import { Conflict, InvalidRequest, TooLarge } from '../../errors.ts'
import type { Request } from '../../protocol/actions.ts'
import { defined } from '../../protocol/defined.ts'
import { PENDING_DAYS, UPLOADS_PREFIX } from '../../files/bucket-settings.ts'
import { isAllowed } from '../../files/media-types.ts'
import { isRole, type Standing } from '../../protocol/permissions.ts'
import { FORM_LIFETIME_MS, presignPost } from '../../files/presign-post.ts'
import { admit } from '../../rooms/admission.ts'
import { requireRoot } from '../../rooms/admit-draft.ts'
import { asideOf, withoutErased } from '../../rooms/aside.ts'
import { passGate } from '../../rooms/pass-gate.ts'
import { action } from '../action.ts'
import { type Caller, viaOf } from '../caller.ts'
import { maxFileBytes } from '../max-file-bytes.ts'
import { requirePlaceForUpload } from '../pending-uploads.ts'
import { traceId } from '../../trace.ts'

/** TTL of a pending upload. It is much longer than its form is valid, because the event of its object may be late. */
const PENDING_SECONDS = PENDING_DAYS * 24 * 60 * 60

/**
 * Stores a pending upload and returns a signed form to send its file with. The room receives the message when the file
 * has arrived. With a `clientMessageId`, a retry returns a form for the same upload, even if its file has arrived and
 * the user may no longer send. AP5, AP8, AP23, AP26, AP27, AP34, AP45, AP46, AP50, AP66, AP71, AP107, AP145.
 */
export const handleFileUpload = action('handleFileUpload', async (input, caller) => {
  const { chatRoomId, contentType, size, clientMessageId } = input
  if (size > maxFileBytes) throw new TooLarge(`unable to accept the file; it is over ${maxFileBytes} bytes`)
  if (!isAllowed(contentType)) {
    throw new InvalidRequest('unable to accept the file; its type is not allowed here', [
      { path: 'contentType', problem: 'is not an allowed type' },
    ])
  }
  const now = Date.now()
  const upload = pendingUpload(input, asideOf(input, caller.userId), caller, now)
  const { userId } = caller
  const guard = clientMessageId && (await getGuard({ chatRoomId, senderId: userId, clientMessageId }))
  if (guard) return formAgain(caller, upload, guard, now)
  const [admitted] = await Promise.all([
    admit(caller, chatRoomId, input.mentionRoom ? 'mentionRoom' : 'send', now),
    caller.backend === undefined && requirePlaceForUpload({ userId, uploadId: upload.uploadId, size }, now),
  ])
  await requireRoot(admitted, upload.threadId, now)
  const { room, standing } = admitted
  if (room.gate !== undefined) {
    // When a client requests a form again, slow mode has already counted that file.
    const isCounted = clientMessageId !== undefined && (await getUpload(upload.uploadId)) !== undefined
    await passGate({ userId, standing, isCounted }, chatRoomId, room.gate)
  }

  const kept = await withoutErased(upload)
  const known = await startUpload({ ...kept, ...aboveRoles(standing) })
  requireSameFile(known, kept)
  const { uploadId, objectKey: key } = known ?? upload
  const formExpiresAt = Math.ceil((now + FORM_LIFETIME_MS) / 1_000)
  const [form] = await Promise.all([
    presignPost({ key, contentType, size }),
    // An upload whose file has arrived already needs no place among the pending ones.
    known?.messageId === undefined && holdUpload({ userId, uploadId, size, expiresAt: formExpiresAt }),
  ])
  return { uploadId, ...form, maxBytes: maxFileBytes, ...defined({ messageId: known?.messageId }) }
})

/** What stands for the token when the file arrives. */
const aboveRoles = (standing: Standing) => ({
  ...(isRole(standing) ? {} : { ofAdmin: true }),
  ...(standing === 'server' ? { ofServer: true } : {}),
})

/**
 * Returns the reply to a retry whose `clientMessageId` already has a message. A file sent with this form is deleted.
 *
 * @throws Conflict when the `clientMessageId` belongs to another message or another file
 */
async function formAgain(caller: Caller, upload: UploadRow, guard: GuardRow, now: number) {
  const { uploadId, chatRoomId, contentType, size } = upload
  await admit(caller, chatRoomId, 'read', now)
  if (!isComplete(guard) || !isSameContent(guard, hashOfUpload(uploadId))) {
    throw new Conflict('unable to upload; this clientMessageId belongs to a message that was sent')
  }
  // The upload's row is deleted together with its message.
  const known = await getUpload(uploadId)
  requireSameFile(known, upload)
  const form = await presignPost({ key: (known ?? upload).objectKey, contentType, size })
  return { uploadId, ...form, maxBytes: maxFileBytes, messageId: guard.messageId }
}

function pendingUpload(input: Request<'handleFileUpload'>, aside: Aside, caller: Caller, now: number): UploadRow {
  const { userId } = caller
  const { chatRoomId, fileName, contentType, size, caption = '', clientMessageId, width, height, thumbhash } = input
  const uploadId = clientMessageId === undefined ? randomUUID() : uploadIdOf(chatRoomId, userId, clientMessageId)
  return {
    uploadId,
    chatRoomId,
    uploaderId: userId,
    objectKey: `${UPLOADS_PREFIX}${chatRoomId}/${uploadId}/${randomBytes(16).toString('hex')}`,
    fileName,
    contentType,
    size,
    caption,
    ...aside,
    ...defined({ width, height, thumbhash, clientMessageId, via: viaOf(caller), traceId: traceId() }),
    status: 'pending',
    expiresAt: Math.floor(now / 1_000) + PENDING_SECONDS,
  }
}

/** Returns the same id for every retry of an upload: a UUID of version 8, made from a hash (RFC 9562 §5.8). */
function uploadIdOf(...parts: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest()
  hash[6] = (hash[6]! & 0x0f) | 0x80
  hash[8] = (hash[8]! & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

function requireSameFile(known: UploadRow | undefined, upload: UploadRow): void {
  if (known === undefined || isSameFile(known, upload)) return
  throw new Conflict('unable to upload; this clientMessageId was used for another file')
}

function isSameFile(known: UploadRow, upload: UploadRow): boolean {
  return (
    known.status !== 'rejected' &&
    known.fileName === upload.fileName &&
    known.contentType === upload.contentType &&
    known.size === upload.size &&
    known.caption === upload.caption &&
    JSON.stringify(asideIn(known)) === JSON.stringify(asideIn(upload))
  )
}
