import type { MessageEvent } from '../../src/protocol/events.ts'

/** Bytes of every message's content. */
const CONTENT_BYTES = 200

/** Returns the content of a message: the number of its round, its index in the round, and the time of its send. */
export const contentOf = (round: number, index: number, sentAt: number): string =>
  `${String(round)} ${String(index)} ${String(sentAt)} `.padEnd(CONTENT_BYTES, 'x')

export function readContent(content: string): { round: number; index: number; sentAt: number } {
  const [round, index, sentAt] = content.split(' ', 3).map(Number) as [number, number, number]
  return { round, index, sentAt }
}

/** Returns the frame that the other variants post. It has the shape and size of Tabletalk's. */
export function frameOf(chatRoomId: string, content: string): Buffer {
  const event: MessageEvent = {
    event: 'message',
    chatRoomId,
    seq: 1,
    messageId: '1'.padStart(16, '0'),
    kind: 'broadcast',
    senderId: 'user-0',
    content,
    timestamp: Date.now(),
  }
  return Buffer.from(JSON.stringify({ type: 'events', events: [event] }))
}
