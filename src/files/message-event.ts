import { lookIn, mentionsIn, type MessageRow, seqOf } from '../entities/message.ts'
import { defined } from '../protocol/defined.ts'
import type { MessageEvent } from '../protocol/events.ts'
import { isInBucket } from './bucket-settings.ts'
import { withLocatedFile } from './locate-file.ts'
import { presignGet } from './presign-get.ts'
import { smallUrl } from './small-url.ts'

/**
 * Returns a message as clients receive it: the same in events, gaps and history. A deleted message is an empty text
 * with `deleted`, for clients that ask for deleted messages.
 *
 * @throws Error for a hole
 */
export function messageEventOf(message: MessageRow): MessageEvent {
  const { chatRoomId, messageId, kind, senderId, content, timestamp } = message
  const { clientMessageId, version, editedAt, deletedAt, deletedBy, metadata } = message
  const { replyTo, threadId, thread, reactions, pinnedBy, pinnedAt } = message
  const mentions = mentionsIn(message)
  if (kind === 'hole') throw new Error(`unable to show ${messageId}; it is a hole`)
  return withTrace(message, {
    event: 'message',
    chatRoomId,
    seq: seqOf(message),
    messageId,
    kind: kind === 'deleted' ? 'text' : kind,
    senderId,
    content,
    timestamp,
    ...defined({ clientMessageId: kind === 'deleted' ? undefined : clientMessageId, version, editedAt }),
    ...defined({ replyTo, threadId, thread, reactions }),
    ...(mentions.length > 0 && { mentions }),
    ...(message.inRoom === true && { inRoom: true }),
    ...(message.mentionsRoom === true && { mentionsRoom: true }),
    ...(pinnedBy !== undefined && pinnedAt !== undefined && { pinned: { by: pinnedBy, at: pinnedAt } }),
    ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) as Record<string, unknown> }),
    ...(kind === 'deleted' ? { deleted: { at: deletedAt ?? 0, by: deletedBy ?? '' } } : {}),
  })
}

const traces = new WeakMap<object, string>()

/** Remembers the trace id of the frame whose write the event reports. */
export function withTrace<E extends object>({ traceId }: { traceId?: string | undefined }, event: E): E {
  if (traceId !== undefined) traces.set(event, traceId)
  return event
}

/** Returns the trace id of the frame whose write the event reports, for the log. Clients do not receive it. */
export const traceOf = (event: object): string | undefined => traces.get(event)

/**
 * Returns a message as clients receive it, with a freshly signed URL if it has a file.
 *
 * @throws Error for a hole, and for a file message that lacks attributes of its file
 * @throws Unavailable when the row names another stack's bucket and this stack's bucket does not respond
 */
export async function messageEventWithFile(message: MessageRow): Promise<MessageEvent> {
  const event = messageEventOf(message)
  if (message.kind !== 'file') return event
  const { uploadId, fileName, contentType, size, charset } = message
  // Only rows restored from another stack name another bucket, so only they need a look into this one.
  const { fileUrl, versionId } = isInBucket(message.fileUrl) ? message : await withLocatedFile(message)
  if (
    fileUrl === undefined ||
    uploadId === undefined ||
    fileName === undefined ||
    contentType === undefined ||
    size === undefined
  ) {
    throw new Error(`unable to show message ${message.messageId}; it says nothing of its file`)
  }
  const signed = await presignGet({ fileUrl, fileName, contentType, ...defined({ versionId, charset }) })
  const thumbnailUrl = await smallUrl({ fileUrl, fileName }, message.thumbs?.[0])
  return withTrace(message, {
    ...event,
    file: {
      ...{ uploadId, fileName, contentType, size, ...lookIn(message) },
      ...{ fileUrl: signed.url, fileUrlExpiresAt: signed.expiresAt, ...defined({ thumbnailUrl }) },
    },
  })
}
