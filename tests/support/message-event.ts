import type { MessageEvent } from '../../src/protocol/events.ts'

/** Returns a message of ada as members receive it. */
export const messageEvent = (chatRoomId: string, seq: number, more: Partial<MessageEvent> = {}): MessageEvent => ({
  event: 'message',
  chatRoomId,
  seq,
  messageId: String(seq).padStart(16, '0'),
  kind: 'text',
  senderId: 'ada',
  content: `message ${seq}`,
  timestamp: 1,
  ...more,
})
