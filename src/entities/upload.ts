import { createWriteTransaction, CustomAttributeType, Entity, type EntityItem } from 'electrodb'
import { defined } from '../protocol/defined.ts'
import type { UploadFailure } from '../protocol/events.ts'
import { Message, type MessageRow } from './message.ts'
import { contentHashOf, guardExpiryOf, SendGuard } from './send-guard.ts'
import { client, primary, service, table } from './table.ts'
import { transact } from './transact.ts'

/**
 * A file that is being uploaded into a room. Key: UploadId. It is pending until its object has arrived and been
 * checked. Then it is completed and has a message, or it is rejected. TTL deletes pending and rejected uploads.
 *
 * - AP26 `startUpload`: note which file is to come, from whom, for which room
 * - AP27 `getUpload`: does an upload wait for this object?
 * - AP28 `completeUpload`: keep the message of a file that has arrived and complete its upload, both or neither
 * - AP29 `rejectUpload`: reject a file that isn't what was declared
 * - AP30 `closeUpload`: note that the event has been delivered
 * - AP92 `deleteUpload`: delete an upload whose message is gone
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
      /** The size of a picture in pixels and a blurred preview in base64, all as the uploader gave them. */
      width: { type: 'number', field: 'Width' },
      height: { type: 'number', field: 'Height' },
      thumbhash: { type: 'string', field: 'Thumbhash' },
      clientMessageId: { type: 'string', field: 'ClientMessageId' },
      /** What the message will have beside its file and its caption, see `Message`. */
      replyTo: { type: 'string', field: 'ReplyTo' },
      threadId: { type: 'string', field: 'ThreadId' },
      inRoom: { type: 'boolean', field: 'InRoom' },
      mentions: { type: 'string', field: 'Mentions' },
      mentionsRoom: { type: 'boolean', field: 'MentionsRoom' },
      metadata: { type: 'string', field: 'Metadata' },
      status: { type: ['pending', 'completed', 'rejected'] as const, field: 'Status', required: true },
      reason: { type: CustomAttributeType<UploadFailure>('string'), field: 'Reason' },
      /** The form was given to an admin or a backend, so the message needs no membership. */
      ofAdmin: { type: 'boolean', field: 'OfAdmin' },
      /** The form was given to a backend, so the message needs no open room either. */
      ofServer: { type: 'boolean', field: 'OfServer' },
      /** The `sub` of the token of the backend that asked for the form in the name of `uploaderId`. */
      via: { type: 'string', field: 'Via' },
      traceId: { type: 'string', field: 'TraceId' },
      /**
       * The object's version that was checked and became the message. The form can be used again, which makes another
       * version. Absent in rows of version 0.1.0.
       */
      versionId: { type: 'string', field: 'VersionId' },
      messageId: { type: 'string', field: 'MessageId' },
      /**
       * The event for the room or the uploader has been delivered, so an S3 event that is redelivered causes no second
       * one.
       */
      closed: { type: 'boolean', field: 'Closed' },
      /** Epoch seconds, the table's TTL. Absent in a completed upload. */
      expiresAt: { type: 'number', field: 'expiresAt' },
    },
    indexes: { upload: primary(['uploadId'], []) },
  },
  { table, client },
)

export type UploadRow = EntityItem<typeof Upload>

/** AP26. Notes a new upload. Returns undefined, or the existing upload if there is one with this id. */
export async function startUpload(upload: UploadRow): Promise<UploadRow | undefined> {
  const { rejected, data } = await Upload.create(upload).go({ returnOnConditionCheckFailure: 'all_old' })
  return rejected ? (data ?? undefined) : undefined
}

/** AP27. Returns an upload, or undefined if there is none. Strongly consistent. */
export async function getUpload(uploadId: string): Promise<UploadRow | undefined> {
  const { data } = await Upload.get({ uploadId }).go({ consistent: true })
  return data ?? undefined
}

/** Returns the `contentHash` of the guard of a file's message. */
export const hashOfUpload = (uploadId: string): string => contentHashOf({ kind: 'text', content: `file ${uploadId}` })

const entities = { Message, SendGuard, Upload }

/**
 * AP28. Keeps a file's message, completes the upload and, if there is a `clientMessageId`, writes the guard, all in one
 * transaction.
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

/** AP29. Rejects an upload. Returns false if it was no longer pending. */
export async function rejectUpload(uploadId: string, reason: UploadFailure): Promise<boolean> {
  const { rejected } = await Upload.patch({ uploadId })
    .set({ status: 'rejected', reason })
    .where((row, { eq }) => eq(row.status, 'pending'))
    .go({ returnOnConditionCheckFailure: true })
  return !rejected
}

/** AP30. Notes that the event of an upload has been delivered. Does nothing if the upload is gone. */
export async function closeUpload(uploadId: string): Promise<void> {
  await Upload.patch({ uploadId }).set({ closed: true }).go({ returnOnConditionCheckFailure: true })
}

/** AP92. Deletes an upload. A later S3 event of its object then finds no upload, and the object is deleted. */
export async function deleteUpload(uploadId: string): Promise<void> {
  await Upload.delete({ uploadId }).go()
}
