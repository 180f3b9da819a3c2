import { pendingUploads, type PendingUploadRow } from '../entities/pending-upload.ts'
import { optional, wholeNumber } from '../env.ts'
import { LimitReached } from '../errors.ts'
import { DEFAULT_MAX_PENDING_UPLOAD_BYTES, DEFAULT_MAX_PENDING_UPLOADS } from '../protocol/limits.ts'

/** How many uploads of a user may be pending: their form is valid and their file has not arrived. */
export const maxPendingUploads =
  optional('MAX_PENDING_UPLOADS', wholeNumber({ from: 1, to: 1_000 })) ?? DEFAULT_MAX_PENDING_UPLOADS

/** How many bytes the pending files of a user may have together. A single file may be larger. */
export const maxPendingUploadBytes =
  optional('MAX_PENDING_UPLOAD_BYTES', wholeNumber({ from: 1 })) ?? DEFAULT_MAX_PENDING_UPLOAD_BYTES

/** How many rows are read beyond the limit, because TTL deletes expired rows late. */
const EXPIRED = 100

/**
 * Checks that the user may start another upload. A retry of the same upload is counted once. AP45.
 *
 * @throws LimitReached when the user has too many files or bytes pending
 */
export async function requirePlaceForUpload(
  upload: Pick<PendingUploadRow, 'userId' | 'uploadId' | 'size'>,
  now: number,
): Promise<void> {
  const pending = await pendingUploads(upload.userId, maxPendingUploads + EXPIRED, now)
  const others = pending.filter(({ uploadId }) => uploadId !== upload.uploadId)
  const bytes = others.reduce((sum, { size }) => sum + size, upload.size)
  if (others.length >= maxPendingUploads) {
    throw new LimitReached(`unable to upload; ${maxPendingUploads} files of this user are on their way`)
  }
  if (others.length > 0 && bytes > maxPendingUploadBytes) {
    throw new LimitReached(`unable to upload; files of ${maxPendingUploadBytes} bytes at most may be on their way`)
  }
}
