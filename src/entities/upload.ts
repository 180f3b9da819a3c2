import { createWriteTransaction, CustomAttributeType, Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import type { UploadFailure } from '../protocol/events.ts'
import { Message, type MessageRow } from './message.ts'
import { contentHashOf, guardExpiryOf, SendGuard } from './send-guard.ts'
import { client, primary, service, table } from './table.ts'
import { transact } from './transact.ts'

/**
 * A file on its way into a room. Key: UploadId. It is pending until its object has arrived and been checked; then it is
 * completed, and has a message, or rejected. TTL deletes one that is pending or rejected.
 *
 * - AP26 `startUpload`: which file is to come, from whom, for which room?
 * - AP27 `getUpload`: does an upload wait for this object?
 * - AP28 `completeUpload`: the file has arrived: keep its message and complete it, both or neither
 * - AP29 `rejectUpload`: the file isn't what was declared
 * - AP30 `closeUpload`: the event has been delivered
 * - AP92 `deleteUpload`: its message is gone
 */
export const Upload = new Entity(
  {
    model: { entity: 'Upload', version: '1', service },
    attributes: {
      uploadId: { type: 'string', field: 'UploadId', required: true },
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      uploaderId: { type: 'string', field: 'UploaderId', required: true },
      /** The object's key in the bucket, chosen by the server: `rooms/<room>/<upload>/<random>`. */
      objectKey: { type: 'string', field: 'ObjectKey', required: true },
      fileName: { type: 'string', field: 'FileName', required: true },
      contentType: { type: 'string', field: 'ContentType', required: true },
      /** Bytes. */
      size: { type: 'number', field: 'Size', required: true },
      caption: { type: 'string', field: 'Caption', required: true },
      /** Of a picture, as its uploader gave them: pixels, and base64 of a blur to show while it loads. */
      width: { type: 'number', field: 'Width' },
      height: { type: 'number', field: 'Height' },
      thumbhash: { type: 'string', field: 'Thumbhash' },
      clientMessageId: { type: 'string', field: 'ClientMessageId' },
      /** What the message will have beside its file and caption, see `Message`. */
      replyTo: { type: 'string', field: 'ReplyTo' },
      threadId: { type: 'string', field: 'ThreadId' },
      inRoom: { type: 'boolean', field: 'InRoom' },
      mentions: { type: 'string', field: 'Mentions' },
      mentionsRoom: { type: 'boolean', field: 'MentionsRoom' },
      metadata: { type: 'string', field: 'Metadata' },
      status: { type: ['pending', 'completed', 'rejected'] as const, field: 'Status', required: true },
      reason: { type: CustomAttributeType<UploadFailure>('string'), field: 'Reason' },
      /** It was an admin's or a backend's form: its message needs no membership. */
      ofAdmin: { type: 'boolean', field: 'OfAdmin' },
      /** The `sub` of the backend's token that asked for it as this uploader. */
      via: { type: 'string', field: 'Via' },
      traceId: { type: 'string', field: 'TraceId' },
      /**
       * Of the object's version that was checked and became the message. The form can be used again, which makes
       * another version. Rows of version 0.1.0 have none.
       */
      versionId: { type: 'string', field: 'VersionId' },
      messageId: { type: 'string', field: 'MessageId' },
      /**
       * The room's or the uploader's event has been delivered: an S3 event that is redelivered causes no second one.
       */
      closed: { type: 'boolean', field: 'Closed' },
      /** Epoch seconds, the table's TTL; a completed upload has none. */
      expiresAt: { type: 'number', field: 'expiresAt' },
    },
    indexes: { upload: primary(['uploadId'], []) },
  },
  { table, client },
)

export type UploadRow = EntityItem<typeof Upload>

/** AP26. Returns undefined, or the upload that has this id already. */
export async function startUpload(upload: UploadRow): Promise<UploadRow | undefined> {
  const { rejected, data } = await Upload.create(upload).go({ returnOnConditionCheckFailure: 'all_old' })
  return rejected ? (data ?? undefined) : undefined
}

/** AP27. */
export async function getUpload(uploadId: string): Promise<UploadRow | undefined> {
  const { data } = await Upload.get({ uploadId }).go({ consistent: true })
  return data ?? undefined
}

/** What the guard of a file's message has in place of its content. */
export const hashOfUpload = (uploadId: string): string => contentHashOf({ kind: 'text', content: `file ${uploadId}` })

const entities = { Message, SendGuard, Upload }

/**
 * AP28. One transaction of the file's message, the upload's completion and, with a `clientMessageId`, its guard.
 *
 * @returns `completed`, or why nothing was written: the place was `sealed`, the upload was no longer pending (`done`),
 *   or the `clientMessageId` belongs to another message (`conflict`)
 * @throws Unavailable when the transaction conflicted with others five times or was throttled; nothing was written
 */
export async function completeUpload(
  upload: UploadRow,
  message: MessageRow,
): Promise<'completed' | 'sealed' | 'done' | 'conflict'> {
  const { uploadId, clientMessageId, chatRoomId, uploaderId } = upload
  const { messageId, timestamp, versionId } = message
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.Upload.patch({ uploadId })
      .set({ status: 'completed', messageId, ...defined({ versionId }) })
      .remove(['expiresAt'])
      .where((row, { eq }) => eq(row.status, 'pending'))
      .commit(),
    tx.Message.create(message).commit(),
    ...(clientMessageId === undefined
      ? []
      : [
          tx.SendGuard.create({
            chatRoomId,
            senderId: uploaderId,
            clientMessageId,
            messageId,
            timestamp,
            contentHash: hashOfUpload(uploadId),
            ...guardExpiryOf(message),
          }).commit(),
        ]),
  ])
  const { canceled, data } = await transact('complete the upload', () => transaction.go())
  if (!canceled) return 'completed'
  const [end, place, guard] = data.map((part) => part.code === 'ConditionalCheckFailed')
  if (end) return 'done'
  if (guard) return 'conflict'
  if (!place) throw new Error('unable to complete the upload; a condition failed, but none is known to have')
  return 'sealed'
}

/** AP29. Returns false when it was no longer pending. */
export async function rejectUpload(uploadId: string, reason: UploadFailure): Promise<boolean> {
  const { rejected } = await Upload.patch({ uploadId })
    .set({ status: 'rejected', reason })
    .where((row, { eq }) => eq(row.status, 'pending'))
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** AP30. */
export async function closeUpload(uploadId: string): Promise<void> {
  await Upload.patch({ uploadId }).set({ closed: true }).go({ returnOnConditionCheckFailure: true })
}

/** AP92. An event of its object finds no upload then, and deletes what the object has become. */
export async function deleteUpload(uploadId: string): Promise<void> {
  await Upload.delete({ uploadId }).go()
}
