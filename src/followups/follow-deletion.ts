import { deleteReactions } from '../entities/reaction.ts'
import { deleteUpload } from '../entities/upload.ts'
import { deleteFile } from '../files/delete-file.ts'
import { unpin } from '../rooms/update-room.ts'
import type { MessageGone } from './message-gone.ts'

/**
 * Deletes what belonged to a deleted message: its file with all versions; its upload, which has the file's name and
 * caption; its pin; its reactions. `now` is in epoch milliseconds. AP5, AP50, AP51, AP92, AP102, AP104.
 */
export async function followDeletion(
  { chatRoomId, messageId, fileUrl, uploadId }: MessageGone,
  now: number,
): Promise<void> {
  await Promise.all([
    fileUrl === undefined ? undefined : deleteFile(fileUrl),
    uploadId === undefined ? undefined : deleteUpload(uploadId),
    unpin(chatRoomId, messageId, now),
    deleteReactions({ chatRoomId, messageId }),
  ])
}
