import type { MessageEvent } from '../protocol/events.ts'
import { type MessageRow, seqOf } from './message.ts'

/** A message as the wire shows it, the same in an event, in a gap and in history. */
export function messageEventOf(message: MessageRow): MessageEvent {
  const { chatRoomId, messageId, kind, senderId, content, timestamp, clientMessageId } = message
  if (kind === 'hole') throw new Error(`unable to show ${messageId}; it is a hole`)
  return {
    event: 'message',
    chatRoomId,
    seq: seqOf(message),
    messageId,
    kind,
    senderId,
    content,
    timestamp,
    ...(clientMessageId === undefined ? {} : { clientMessageId }),
  }
}
