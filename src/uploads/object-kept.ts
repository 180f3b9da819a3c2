import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { S3Event } from 'aws-lambda'
import { getMessage, type MessageRow, setThumbs } from '../entities/message.ts'
import { getUpload } from '../entities/upload.ts'
import { bucket, NULL_VERSION, UPLOADS_PREFIX } from '../files/bucket-settings.ts'
import { deleteMade } from '../files/delete-file.ts'
import { eventKey } from '../files/event-key.ts'
import { s3 } from '../files/s3-client.ts'
import { SMALL_TYPE, smallOf } from '../files/small-picture.ts'
import { logger, throwsNoRows } from '../logger.ts'
import { isShrinkable, shrinkPicture, type SmallPicture } from './shrink-picture.ts'
import { type ObjectVersion, wholeOf } from './uploaded-object.ts'

/**
 * Makes small versions of a message's picture, and notes them on the message. It is called when the tag of a form was
 * removed from an object, because the object then belongs to a message. If no small version can be made, picture and
 * message stay as they are.
 *
 * S3 reports events at least once, late and in any order. So the small pictures are written first, then the message. If
 * the message is gone by then, the small pictures are deleted. AP21, AP27, AP156.
 *
 * @throws when the table or the bucket cannot be reached. Lambda tries twice more; then the picture is shown as it is.
 */
export const handler = throwsNoRows(async ({ Records }: S3Event): Promise<void> => {
  for (const { eventName, s3: about } of Records) {
    const key = eventKey(about.object.key)
    if (eventName !== 'ObjectTagging:Delete' || !key.startsWith(UPLOADS_PREFIX)) continue
    await makeSmall({ key, versionId: about.object.versionId ?? NULL_VERSION })
  }
})

async function makeSmall(version: ObjectVersion): Promise<void> {
  const uploadId = version.key.split('/')[2] ?? ''
  const upload = await getUpload(uploadId)
  if (upload !== undefined && (upload.objectKey !== version.key || upload.versionId !== version.versionId)) return
  const message = upload?.messageId && (await getMessage(upload.chatRoomId, upload.messageId))
  // An earlier attempt may have been cut off after it wrote small pictures.
  if (!message) return deleteMade(version.key)
  if (message.thumbs !== undefined || !isShrinkable(message.contentType ?? '', message.size ?? Infinity)) return
  const bytes = await wholeOf(version)
  const small = bytes && (await smallOnes(message, bytes))
  if (small === undefined) return
  await Promise.all(small.map((picture) => put(version.key, picture)))
  const isStill = await setThumbs(
    message,
    small.map(({ edge }) => edge),
  )
  if (!isStill) await deleteMade(version.key)
}

async function smallOnes({ messageId, uploadId, size }: MessageRow, bytes: Uint8Array) {
  try {
    return await shrinkPicture(bytes)
  } catch (error) {
    logger.warn('unable to make a picture small', { uploadId, messageId, size, error: error as Error })
    return undefined
  }
}

async function put(objectKey: string, { edge, bytes }: SmallPicture): Promise<void> {
  const Key = smallOf(objectKey, edge)
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes, ContentType: SMALL_TYPE }))
}
