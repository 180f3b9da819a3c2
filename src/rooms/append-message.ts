import { Conflict, Unavailable } from '../errors.ts'
import { nextSeq } from '../entities/chat-room.ts'
import { giveUpSeq } from './give-up-seq.ts'
import { type MessageRow, messageIdOf, putMessage, seqOf } from '../entities/message.ts'
import { contentHashOf, getGuard, type GuardRow, putGuardedMessage } from '../entities/send-guard.ts'

/** Readers seal a place only after some 80 ms, so a second number is rare and a fourth a sign of trouble. */
const NUMBERS = 3

export interface Draft {
  chatRoomId: string
  senderId: string
  kind: 'text' | 'broadcast'
  content: string
  clientMessageId?: string
  originConnectionId: string
}

export interface Sent {
  chatRoomId: string
  messageId: string
  seq: number
  timestamp: number
  duplicate: boolean
}

/**
 * Appends a message to its room: three round trips at most, whatever the room's size. 1. whether the sender may
 * (`admission`) and whether this was sent before (AP23); 2. its number (AP7); 3. the message (AP19), together with its
 * guard when the client named it (AP24). A crash after 2 leaves a hole, nothing else.
 *
 * @param admission rejects when the sender may not write here
 * @throws Conflict when the same clientMessageId was used with other content
 * @throws Unavailable when nothing was written
 */
export async function appendMessage(draft: Draft, admission: Promise<unknown>): Promise<Sent> {
  const { clientMessageId } = draft
  const [guard] = await Promise.all([
    clientMessageId === undefined ? undefined : getGuard({ ...draft, clientMessageId }),
    admission,
  ])
  if (guard) return replay(draft, guard)

  for (let attempt = 0; attempt < NUMBERS; attempt++) {
    const seq = await nextSeq(draft.chatRoomId)
    const message: MessageRow = { ...draft, messageId: messageIdOf(seq), timestamp: Date.now() }
    const outcome =
      clientMessageId === undefined
        ? await putMessage(message)
        : await putGuardedMessage({ ...message, clientMessageId })
    if (outcome === 'kept') return sent(message, false)
    if (outcome !== 'sealed') {
      await giveUpSeq(draft.chatRoomId, seq)
      return replay(draft, outcome)
    }
  }
  throw new Unavailable('unable to keep the message; its place was taken three times')
}

function replay(draft: Draft, guard: GuardRow): Sent {
  if (guard.contentHash !== contentHashOf(draft.content)) {
    throw new Conflict('unable to send; this clientMessageId was used with other content')
  }
  return sent({ ...guard, chatRoomId: draft.chatRoomId }, true)
}

const sent = (
  { chatRoomId, messageId, timestamp }: { chatRoomId: string; messageId: string; timestamp: number },
  duplicate: boolean,
): Sent => ({ chatRoomId, messageId, seq: seqOf({ messageId }), timestamp, duplicate })
