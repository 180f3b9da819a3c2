import { type Drawn, getRoom } from '../entities/chat-room.ts'
import { type Aside, type MessageRow, messageIdOf, putMessage, seqOf } from '../entities/message.ts'
import {
  contentHashOf,
  getGuard,
  type GuardKey,
  type GuardRow,
  isComplete,
  isSameContent,
  putGuardedMessage,
  releaseClaim,
} from '../entities/send-guard.ts'
import { ChatError, NotAMember, Unavailable } from '../errors.ts'
import { expiryOf } from '../entities/retention.ts'
import { defined } from '../protocol/defined.ts'
import { stranger } from './admission.ts'
import { withoutErased } from './aside.ts'
import { atNextSeq } from './at-next-seq.ts'
import { claimOrGuard } from './claim-or-guard.ts'
import type { Standing } from '../protocol/permissions.ts'
import { giveUpSeq } from './give-up-seq.ts'
import { drawFor } from './pass-gate.ts'

/** A message as its sender gives it. */
export interface Draft extends Aside {
  chatRoomId: string
  senderId: string
  kind: 'text' | 'broadcast'
  content: string
  clientMessageId?: string
  originConnectionId?: string
  /** The `sub` of the token of the backend that sent the message in the name of this sender. */
  via?: string
  /** API Gateway's id of the frame or request. */
  traceId?: string
}

/** A message that was kept, as its sender learns about it. */
export interface Sent {
  chatRoomId: string
  messageId: string
  seq: number
  /** Epoch milliseconds. */
  timestamp: number
  /** Whether the message was kept before, so that this was a retry. */
  duplicate: boolean
}

/**
 * What must succeed before a message is written: `check` only reads; `enter` writes, and is skipped for a retry of a
 * message that was kept.
 */
export interface Admission {
  /** The sender's standing in the room. Rejects if they may not write here; nothing is written then. */
  check: Promise<Standing>
  /** Counts the send, and makes what must exist before the message. Rejects if the sender has sent too often. */
  enter?: () => Promise<unknown>
}

/** How often a try claims a send again after another try has taken over its claim. More attempts would hide a fault. */
const MAX_CLAIMS = 3

/**
 * Appends a message to its room, in at most four round trips, whatever the room's size:
 *
 * 1. the admission's `check`, and a look whether the message was sent before (AP23);
 * 2. the claim (AP41), if the message has a `clientMessageId`;
 * 3. the draw of its seq (AP7);
 * 4. the write of the message (AP19), together with its guard if it has a `clientMessageId` (AP24).
 *
 * The admission's `enter` and a look at the users that it mentions (AP145) come on top. A crash after 3 leaves a hole.
 * A crash after 2 leaves a claim, which the next try takes over.
 *
 * @param now epoch milliseconds, the message's timestamp
 * @throws Conflict when the same `clientMessageId` was used with another text, kind, or anything else beside it
 * @throws Unavailable when the table is too busy; nothing was written
 */
export async function appendMessage(draft: Draft, { check, enter }: Admission, now: number): Promise<Sent> {
  const { clientMessageId, chatRoomId, senderId } = draft
  const [guard, standing] = await Promise.all([
    clientMessageId === undefined ? undefined : getGuard({ ...draft, clientMessageId }),
    check.catch(asRefusal),
  ])
  // The first message decides the reply to a retry, even if the sender may no longer write.
  const isSettled = guard && (isComplete(guard) || !isSameContent(guard, contentHashOf(draft)))
  if (isSettled && (await getRoom(chatRoomId)) === undefined) throw stranger()
  if (!isSettled && standing instanceof Error) throw standing
  if (!isSettled) await enter?.()
  const sender = { userId: senderId, standing: standing as Standing }
  const draw = () => drawFor(sender, chatRoomId)
  const kept = isSettled ? draft : await withoutErased(draft)
  if (clientMessageId !== undefined) {
    return appendOnce({ ...kept, clientMessageId }, contentHashOf(draft), { guard, draw }, now)
  }
  const { drawn } = await atNextSeq(draw, (drawn) => putMessage(messageOf(kept, drawn, now)))
  return sent(messageOf(kept, drawn, now), false)
}

/** Returns the refusal of a user who is in the room but may not write this. Throws any other error. */
function asRefusal(error: unknown): ChatError {
  if (error instanceof ChatError && !(error instanceof NotAMember)) return error
  throw error
}

async function appendOnce(
  draft: Draft & { clientMessageId: string },
  hash: string,
  { guard, draw }: { guard: GuardRow | undefined; draw: () => Promise<Drawn> },
  now: number,
): Promise<Sent> {
  const { chatRoomId } = draft
  for (let last = guard, claims = 0; claims < MAX_CLAIMS; claims++) {
    const claim = await claimOrGuard(draft, hash, last)
    if (typeof claim !== 'string') return sent({ ...claim, chatRoomId }, true)
    const { drawn, outcome } = await atNextSeq(
      () => drawOrRelease(draft, claim, draw),
      (drawn) => putGuardedMessage(messageOf(draft, drawn, now), claim),
    )
    if (outcome === 'kept') return sent(messageOf(draft, drawn, now), false)
    await giveUpSeq(chatRoomId, drawn, now)
    last = outcome
  }
  throw new Unavailable('unable to send; other tries of the same message have taken it over three times')
}

/** Draws a seq. Releases the claim if that fails, so that a send that the gate refuses leaves no trace. AP70. */
async function drawOrRelease(key: GuardKey, claim: string, draw: () => Promise<Drawn>): Promise<Drawn> {
  try {
    return await draw()
  } catch (error) {
    await releaseClaim(key, claim)
    throw error
  }
}

const messageOf = <D extends Draft>(draft: D, { seq, prevDrawnAt, ...drawn }: Drawn, now: number): D & MessageRow => ({
  ...draft,
  messageId: messageIdOf(seq),
  timestamp: now,
  ...defined({ prevDrawnAt }),
  ...expiryOf(drawn, now),
})

const sent = (
  { chatRoomId, messageId, timestamp }: Pick<MessageRow, 'chatRoomId' | 'messageId' | 'timestamp'>,
  duplicate: boolean,
): Sent => ({ chatRoomId, messageId, seq: seqOf({ messageId }), timestamp, duplicate })
