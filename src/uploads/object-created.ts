import {
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  HeadObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Logger } from '@aws-lambda-powertools/logger'
import type { S3Event, S3EventRecord } from 'aws-lambda'
import { fileTypeFromBuffer } from 'file-type'
import { nextSeq } from '../entities/chat-room.ts'
import { readyConnectionsOfUser } from '../entities/connection.ts'
import { getMembership } from '../entities/membership.ts'
import { getMessage, type MessageRow, messageIdOf } from '../entities/message.ts'
import { giveUpSeq } from '../rooms/give-up-seq.ts'
import { closeUpload, completeUpload, getUpload, rejectUpload, type UploadRow } from '../entities/upload.ts'
import { Unavailable } from '../errors.ts'
import type { UploadFailure } from '../protocol/events.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { fanOut } from '../delivery/fan-out.ts'
import { postTo } from '../delivery/posting/post.ts'
import type { PostFrame } from '../delivery/posting/post-frame.ts'
import { reportFailures } from '../delivery/report-failures.ts'
import { bucket, fileUrlOf, UPLOADS_PREFIX } from '../files/bucket-settings.ts'
import { bearsOut } from '../files/media-types.ts'
import { messageEventWithFile } from '../files/message-event.ts'
import { s3 } from './s3-client.ts'

/** What file-type needs to see of a file; the rest is never read. */
const FIRST_BYTES = 4_100
const NUMBERS = 3

const logger = new Logger()

/**
 * A file has arrived: is it the one that was announced? Then it becomes a message, and the room hears of it.
 *
 * S3 tells at least once, late and in any order, and Lambda calls again when this throws; so every step can be taken
 * again, and what has been done isn't done twice: one message, and once everybody has been told, nobody is told again.
 * Throws when the table, the bucket or the room's subscriptions can't be reached; after Lambda's two retries the event
 * goes to the function's dead-letter queue.
 */
export function objectCreatedHandler(post: PostFrame) {
  return async (event: S3Event): Promise<void> => {
    for (const record of event.Records) await arrived(record, post)
  }
}

async function arrived({ s3: { object } }: S3EventRecord, post: PostFrame): Promise<void> {
  // The key comes form-encoded: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
  const key = decodeURIComponent(object.key.replaceAll('+', ' '))
  if (key.startsWith(UPLOADS_PREFIX)) await proceed(key, post)
}

/** Takes an object's upload on from where it stands; again, when another invocation has taken it on meanwhile. */
async function proceed(key: string, post: PostFrame): Promise<void> {
  const upload = await getUpload(key.split('/')[2] ?? '')
  if (upload?.objectKey !== key) {
    await remove(key)
    logger.warn('removed an object that no upload waits for')
    return
  }
  if (upload.status === 'rejected') return rejected(upload, post)
  if (upload.status === 'completed') return completed(upload, post)
  const file = await look(upload)
  if (file === undefined) return
  if ('lie' in file) return reject(upload, file.lie, post)
  return complete(upload, file.eTag, post)
}

/**
 * What the object really is, from its head and first bytes; nothing when it has gone, or goes while it is looked at: what
 * takes its place has an event of its own.
 */
async function look(upload: UploadRow): Promise<{ eTag: string } | { lie: UploadFailure } | undefined> {
  const at = { Bucket: bucket, Key: upload.objectKey }
  try {
    const head = await s3.send(new HeadObjectCommand(at))
    if (head.ContentLength !== upload.size) return { lie: 'size_mismatch' }
    if (head.ContentType !== upload.contentType) return { lie: 'type_mismatch' }
    const start = await s3.send(
      new GetObjectCommand({ ...at, Range: `bytes=0-${FIRST_BYTES - 1}`, IfMatch: head.ETag }),
    )
    const bytes = (await start.Body?.transformToByteArray()) ?? new Uint8Array()
    const detected = await fileTypeFromBuffer(bytes)
    if (!bearsOut(upload.contentType, bytes, detected?.mime)) return { lie: 'type_mismatch' }
    return { eTag: head.ETag ?? '' }
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 412)) return undefined
    throw error
  }
}

const hasStatus = (error: unknown, status: number): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === status

/** The message and the upload's end in one transaction, under the room's next number. AP7, AP8, AP28. */
async function complete(upload: UploadRow, eTag: string, post: PostFrame): Promise<void> {
  const { chatRoomId, uploaderId } = upload
  if ((await getMembership(chatRoomId, uploaderId)) === undefined) return reject(upload, 'not_a_member', post)
  for (let attempt = 0; attempt < NUMBERS; attempt++) {
    const seq = await nextSeq(chatRoomId)
    const message = messageOf(upload, messageIdOf(seq))
    const outcome = await completeUpload(upload, message, eTag)
    if (outcome === 'completed') return tellRoom(upload, message, post)
    if (outcome === 'sealed') continue
    await giveUpSeq(chatRoomId, seq)
    return outcome === 'conflict' ? reject(upload, 'conflict', post) : proceed(upload.objectKey, post)
  }
  throw new Unavailable('unable to complete the upload; its place was taken three times')
}

const messageOf = (upload: UploadRow, messageId: string): MessageRow => ({
  chatRoomId: upload.chatRoomId,
  messageId,
  kind: 'file',
  senderId: upload.uploaderId,
  content: upload.caption,
  timestamp: Date.now(),
  ...(upload.clientMessageId === undefined ? {} : { clientMessageId: upload.clientMessageId }),
  fileUrl: fileUrlOf(upload.objectKey),
  uploadId: upload.uploadId,
  fileName: upload.fileName,
  contentType: upload.contentType,
  size: upload.size,
})

/**
 * An event for an upload that is a message already: again the same, or the form was used once more. What lies in the
 * bucket now decides, not what the event tells of, which may have been replaced since.
 */
async function completed(upload: UploadRow, post: PostFrame): Promise<void> {
  const eTag = await eTagOf(upload.objectKey)
  if (eTag !== undefined && eTag !== upload.eTag) {
    await remove(upload.objectKey)
    logger.warn('removed a file that replaced a completed upload', { uploadId: upload.uploadId })
  }
  if (upload.closed) return keep(upload.objectKey)
  const message = await getMessage(upload.chatRoomId, upload.messageId ?? '')
  if (message) await tellRoom(upload, message, post)
}

async function eTagOf(key: string): Promise<string | undefined> {
  try {
    return (await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ETag
  } catch (error) {
    if (hasStatus(error, 404)) return undefined
    throw error
  }
}

/** From here on the file is kept, and every connection of every member hears of it, the uploader's too. */
async function tellRoom(upload: UploadRow, message: MessageRow, post: PostFrame): Promise<void> {
  const [event] = await Promise.all([messageEventWithFile(message), keep(upload.objectKey)])
  await tell([{ event }], post)
  await closeUpload(upload.uploadId)
}

/** Takes the tag off by which the lifecycle would remove the object: every use of the form puts it there. */
async function keep(key: string): Promise<void> {
  try {
    await s3.send(new DeleteObjectTaggingCommand({ Bucket: bucket, Key: key }))
  } catch (error) {
    if (!hasStatus(error, 404)) throw error
  }
}

async function reject(upload: UploadRow, reason: UploadFailure, post: PostFrame): Promise<void> {
  if (!(await rejectUpload(upload.uploadId, reason))) return proceed(upload.objectKey, post)
  await remove(upload.objectKey)
  await tellUploader({ ...upload, reason }, post)
}

/** An event for an upload that was rejected: the form was used again, or the rejection was cut off. */
async function rejected(upload: UploadRow, post: PostFrame): Promise<void> {
  await remove(upload.objectKey)
  if (!upload.closed) await tellUploader(upload, post)
}

async function tellUploader(upload: UploadRow, post: PostFrame): Promise<void> {
  const { chatRoomId, uploadId, uploaderId, clientMessageId } = upload
  const event = {
    event: 'uploadFailed',
    chatRoomId,
    uploadId,
    reason: upload.reason as UploadFailure,
    ...(clientMessageId === undefined ? {} : { clientMessageId }),
  } as const
  const only = await readyConnectionsOfUser(uploaderId, Date.now())
  await tell([{ event, only }], post)
  await closeUpload(uploadId)
}

async function tell(deliveries: Delivery[], post: PostFrame): Promise<void> {
  const report = await fanOut(deliveries, post)
  reportFailures(logger, report)
  const [unread] = report.unread
  if (unread) throw unread.error
}

async function remove(key: string): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
}

const endpoint = process.env.CONNECTIONS_ENDPOINT
if (endpoint === undefined || endpoint === '') {
  throw new Error('unable to start the upload function; CONNECTIONS_ENDPOINT is not set')
}

export const handler = objectCreatedHandler(postTo(endpoint))
