import type { Drawn } from '../entities/chat-room.ts'
import { type MessageRow, messageIdOf, putMessage, seqOf } from '../entities/message.ts'
import { contentHashOf, getGuard, type GuardRow, putGuardedMessage } from '../entities/send-guard.ts'
import { Conflict } from '../errors.ts'
import { atNextSeq } from './at-next-seq.ts'
import { giveUpSeq } from './give-up-seq.ts'

/** A message as its sender gives it. */
export interface Draft {
  chatRoomId: string
  senderId: string
  kind: 'text' | 'broadcast'
  content: string
  clientMessageId?: string
  originConnectionId: string
}

/** What the sender learns of a message that was kept. */
export interface Sent {
  chatRoomId: string
  messageId: string
  seq: number
  /** Epoch milliseconds. */
  timestamp: number
  /** Whether the message had been kept before: this was a retry. */
  duplicate: boolean
}

/**
 * Appends a message to its room, in at most three round trips, whatever the room's size: 1. `admission`, and whether
 * this was sent before (AP23); 2. the message's number (AP7); 3. the message (AP19), together with its guard when the
 * client named it (AP24). A crash after 2 leaves a hole and no other trace.
 *
 * @param admission rejects when the sender may not write here
 * @param now epoch milliseconds, the message's timestamp
 * @throws Conflict when the same `clientMessageId` was used with other content
 * @throws Unavailable when nothing was written
 */
export async function appendMessage(draft: Draft, admission: Promise<unknown>, now: number): Promise<Sent> {
  const { chatRoomId, clientMessageId } = draft
  const [guard] = await Promise.all([
    clientMessageId === undefined ? undefined : getGuard({ ...draft, clientMessageId }),
    admission,
  ])
  if (guard) return replay(draft, guard)

  const messageAt = ({ seq, ...bound }: Drawn): MessageRow => ({
    ...draft,
    messageId: messageIdOf(seq),
    timestamp: now,
    ...bound,
  })
  const { drawn, outcome } = await atNextSeq(chatRoomId, (drawn) =>
    clientMessageId === undefined
      ? putMessage(messageAt(drawn))
      : putGuardedMessage({ ...messageAt(drawn), clientMessageId }),
  )
  if (outcome === 'kept') return sent(messageAt(drawn), false)
  await giveUpSeq(chatRoomId, drawn, now)
  return replay(draft, outcome)
}

/** The first send's result, for a retry of it. */
function replay(draft: Draft, guard: GuardRow): Sent {
  if (guard.contentHash !== contentHashOf(draft.content)) {
    throw new Conflict('unable to send; this clientMessageId was used with other content')
  }
  return sent({ ...guard, chatRoomId: draft.chatRoomId }, true)
}

const sent = (
  { chatRoomId, messageId, timestamp }: Pick<MessageRow, 'chatRoomId' | 'messageId' | 'timestamp'>,
  duplicate: boolean,
): Sent => ({ chatRoomId, messageId, seq: seqOf({ messageId }), timestamp, duplicate })
