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
  /** The backend that sent it as this sender. */
  via?: string
  /** API Gateway's id of the frame or request. */
  traceId?: string
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

/** Who may send: first what only reads, and then, if this is no retry of a message that was kept, what writes. */
export interface Admission {
  /** What the sender is in the room. Rejects when they may not write here: nothing is written then. */
  check: Promise<Standing>
  /** Rejects when the sender has sent too often; makes what has to be there before the message. */
  enter?: () => Promise<unknown>
}

/** How often a try claims a send again after another has taken its claim over. More would hide a fault. */
const MAX_CLAIMS = 3

/**
 * Appends a message to its room, in at most four round trips, whatever the room's size, beside what the admission's
 * entrance and a look at whom it mentions (AP145) take: 1. the admission's check, and whether this was sent before
 * (AP23); 2. if the client named the message, the claim (AP41); 3. the message's number (AP7); 4. the message (AP19),
 * together with its guard if it is named (AP24). A crash after 3 leaves a hole; one after 2 leaves a claim, which the
 * next try takes over.
 *
 * @param now epoch milliseconds, the message's timestamp
 * @throws Conflict when the same `clientMessageId` was used with other content: text, kind, or what is beside it
 * @throws Unavailable when nothing was written
 */
export async function appendMessage(draft: Draft, { check, enter }: Admission, now: number): Promise<Sent> {
  const { clientMessageId, chatRoomId, senderId } = draft
  const [guard, standing] = await Promise.all([
    clientMessageId === undefined ? undefined : getGuard({ ...draft, clientMessageId }),
    check.catch(asRefusal),
  ])
  // A retry is answered, or refused, by the first message, whatever the sender may do by now.
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

/** Of who is in the room, and may not write this there. */
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

/** A send that the room's gate refuses leaves nothing behind, no claim either. AP70. */
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
