import type { Drawn } from '../entities/chat-room.ts'
import { type MessageRow, messageIdOf, putMessage, seqOf } from '../entities/message.ts'
import { contentHashOf, getGuard, type GuardRow, putGuardedMessage } from '../entities/send-guard.ts'
import { Unavailable } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import { atNextSeq } from './at-next-seq.ts'
import { claimOrGuard } from './claim-or-guard.ts'
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

/** How often a try claims a send again after another has taken its claim over. More would hide a fault. */
const MAX_CLAIMS = 3

/**
 * Appends a message to its room, in at most four round trips, whatever the room's size: 1. `admission`, and whether
 * this was sent before (AP23); 2. if the client named the message, the claim (AP41); 3. the message's number (AP7);
 * 4. the message (AP19), together with its guard if it is named (AP24). A crash after 3 leaves a hole; one after 2
 * leaves a claim, which the next try takes over.
 *
 * @param admission rejects when the sender may not write here; nothing is written then
 * @param now epoch milliseconds, the message's timestamp
 * @throws Conflict when the same `clientMessageId` was used with other content
 * @throws Unavailable when nothing was written
 */
export async function appendMessage(draft: Draft, admission: Promise<unknown>, now: number): Promise<Sent> {
  const { clientMessageId } = draft
  const [guard] = await Promise.all([
    clientMessageId === undefined ? undefined : getGuard({ ...draft, clientMessageId }),
    admission,
  ])
  if (clientMessageId !== undefined) return appendOnce({ ...draft, clientMessageId }, guard, now)
  const { drawn } = await atNextSeq(draft.chatRoomId, (drawn) => putMessage(messageOf(draft, drawn, now)))
  return sent(messageOf(draft, drawn, now), false)
}

async function appendOnce(
  draft: Draft & { clientMessageId: string },
  guard: GuardRow | undefined,
  now: number,
): Promise<Sent> {
  const { chatRoomId } = draft
  for (let last = guard, claims = 0; claims < MAX_CLAIMS; claims++) {
    const claim = await claimOrGuard(draft, contentHashOf(draft.content), last)
    if (typeof claim !== 'string') return sent({ ...claim, chatRoomId }, true)
    const { drawn, outcome } = await atNextSeq(chatRoomId, (drawn) =>
      putGuardedMessage(messageOf(draft, drawn, now), claim),
    )
    if (outcome === 'kept') return sent(messageOf(draft, drawn, now), false)
    await giveUpSeq(chatRoomId, drawn, now)
    last = outcome
  }
  throw new Unavailable('unable to send; other tries of the same message have taken it over three times')
}

const messageOf = <D extends Draft>(draft: D, { seq, prevDrawnAt }: Drawn, now: number): D & MessageRow => ({
  ...draft,
  messageId: messageIdOf(seq),
  timestamp: now,
  ...defined({ prevDrawnAt }),
})

const sent = (
  { chatRoomId, messageId, timestamp }: Pick<MessageRow, 'chatRoomId' | 'messageId' | 'timestamp'>,
  duplicate: boolean,
): Sent => ({ chatRoomId, messageId, seq: seqOf({ messageId }), timestamp, duplicate })
