import type { DynamoDBRecord } from 'aws-lambda'

/** A message that was deleted, or whose row was removed, for example by TTL. */
export interface MessageGone {
  chatRoomId: string
  messageId: string
  /** The file and the upload that the message had. */
  fileUrl: string | undefined
  uploadId: string | undefined
}

/**
 * Returns the message that a record reports as gone; undefined for any other record.
 *
 * @throws Error for a message whose record has no key
 */
export function messageGone({ eventName, dynamodb }: DynamoDBRecord): MessageGone | undefined {
  const { NewImage, OldImage } = dynamodb ?? {}
  const isDeleted = eventName === 'MODIFY' && NewImage?.Kind?.S === 'deleted' && OldImage?.Kind?.S !== 'deleted'
  if (OldImage?.__edb_e__?.S !== 'Message' || !(isDeleted || eventName === 'REMOVE')) return undefined
  // Nothing belongs to a hole.
  if (OldImage.Kind?.S === 'hole') return undefined
  const [chatRoomId, messageId] = [OldImage.ChatRoomId?.S, OldImage.MessageId?.S]
  if (chatRoomId === undefined || messageId === undefined) {
    throw new Error('unable to read the record; the message has no key')
  }
  return { chatRoomId, messageId, fileUrl: OldImage.FileUrl?.S, uploadId: OldImage.UploadId?.S }
}
