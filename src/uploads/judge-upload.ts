import { fileTypeFromBuffer } from 'file-type'
import { getMembership } from '../entities/membership.ts'
import type { UploadRow } from '../entities/upload.ts'
import { bearsOut } from '../files/media-types.ts'
import type { UploadFailure } from '../protocol/events.ts'
import { firstBytesOf, headOf } from './uploaded-object.ts'

/** The object may become a message (`eTag` is the judged object's), or the upload failed. */
export type Verdict = { eTag: string } | { reason: UploadFailure }

/**
 * Whether the object is the file that was announced, by its head and its first bytes, and its uploader still a member.
 * Returns undefined when the object has been deleted or replaced: its replacement has an event of its own.
 */
export async function judgeUpload(upload: UploadRow): Promise<Verdict | undefined> {
  const { chatRoomId, uploaderId, objectKey, size, contentType } = upload
  const head = await headOf(objectKey)
  if (head === undefined) return undefined
  if (head.size !== size) return { reason: 'size_mismatch' }
  if (head.contentType !== contentType) return { reason: 'type_mismatch' }
  const bytes = await firstBytesOf(objectKey, head)
  if (bytes === undefined) return undefined
  const detected = await fileTypeFromBuffer(bytes)
  if (!bearsOut(contentType, bytes, detected?.mime)) return { reason: 'type_mismatch' }
  const isMember = (await getMembership(chatRoomId, uploaderId)) !== undefined
  return isMember ? { eTag: head.eTag } : { reason: 'not_a_member' }
}
