import { type LastTold, setTyping, type Typist, whoTypes } from '../entities/typing.ts'
import { defined } from '../protocol/defined.ts'
import type { Reply } from '../protocol/actions.ts'
import { TYPING_AGAIN_MS, TYPING_EXPIRY_MS, TYPING_REPEAT_MS } from '../protocol/limits.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'

/**
 * A repeat that is early by no more than this still becomes an event. The network or the client's clock may have caused
 * that.
 */
const EARLY_MS = 2_000

/**
 * As long as fewer users than this type in a room, each of them causes an event at once. With more of them, an event
 * reports all of them every `TOLD_EVERY_MS`.
 */
const FEW_TYPISTS = 4
const TOLD_EVERY_MS = 2_000

/** Milliseconds between the retries of users who wait. The first of them reports all others. */
const TURN_MS = 300

/** What a user says about their typing in a room. */
interface Said {
  chatRoomId: string
  userId: string
  isTyping: boolean
  /** The room's head. */
  headSeq: number
  /** What the others have last received about the user. */
  last: LastTold | undefined
}

/**
 * Shows the others in a room that a user is typing, or no longer is. They receive a beginning, and repeats of it every
 * 7 s or so; an end only after a beginning; and a beginning after an end or a message, 3 s after the last event at the
 * earliest. However many users type, the room receives an event every 2 s or so, about all of them at once. If there is
 * no news, nothing is written. AP133 in rooms of more than two, AP18.
 *
 * @returns until when the others see the user as typing; `repeatAfterMs` if they have not received it yet, and the
 *   client must ask again in case no other user's event reports it
 */
export async function tellTyping(said: Said, now: number): Promise<Reply<'typingIndicator'>> {
  const { chatRoomId, userId, isTyping, last, headSeq } = said
  const known = answerTo(said, now)
  if (known !== undefined) return known
  const typists = isDirectRoomId(chatRoomId) ? [] : await whoTypes(chatRoomId)
  const others = typists.filter((one) => one.userId !== userId)
  const all = last === undefined ? others : [...others, { ...last, userId }]
  const isTold = toldBy(all)
  if (last?.pending && isTold({ ...last, userId }) && isFresh(said, now)) return { expiresAt: last.until }
  const untold = others.filter((one) => one.pending && !isTold(one) && isStillOf(one, now))
  const until = isTyping ? now + TYPING_EXPIRY_MS : now
  const row = { chatRoomId, userId, isTyping, until, headSeq }
  const waitMs = waitOf(all, now)
  if (waitMs <= 0) {
    const also = untold.map(({ userId, isTyping, until }) => ({ userId, isTyping, until }))
    const told = { ...row, toldAt: isTyping ? now : last!.toldAt, ...(also.length > 0 && { also }) }
    return { expiresAt: await setTyping(told, last, now) }
  }
  const repeatAfterMs = waitMs + TURN_MS * untold.length
  if (last?.pending && isFresh(said, now)) return { expiresAt: last.until, repeatAfterMs }
  const expiresAt = await setTyping({ ...row, toldAt: last?.toldAt ?? 0, pending: true }, last, now)
  return { expiresAt, repeatAfterMs }
}

/** Returns the reply if the user's own row shows that no event is needed; otherwise undefined. */
function answerTo({ isTyping, headSeq, last }: Said, now: number): Reply<'typingIndicator'> | undefined {
  if (last === undefined) return isTyping ? undefined : { expiresAt: now }
  if (last.pending) return undefined
  if (!isTyping) return last.isTyping ? undefined : { expiresAt: last.until }
  const quietMs = now - last.toldAt
  const hasEnded = !last.isTyping || headSeq > (last.headSeq ?? 0)
  const againMs = hasEnded ? TYPING_AGAIN_MS : TYPING_REPEAT_MS - EARLY_MS
  if (quietMs >= againMs) return undefined
  return { expiresAt: last.until, ...defined({ repeatAfterMs: hasEnded ? againMs - quietMs : undefined }) }
}

/** Tells whether the user's row already says what they say now, for long enough. */
function isFresh({ isTyping, last }: Said, now: number): boolean {
  if (last?.isTyping !== isTyping) return false
  return !isTyping || last.until > now + TYPING_EXPIRY_MS - (TYPING_REPEAT_MS - EARLY_MS)
}

/** Returns a function that tells whether another row's record has reported what a pending row says. */
function toldBy(rows: readonly Typist[]): (row: Typist) => boolean {
  const told = new Set(rows.flatMap(({ also = [] }) => also.map(({ userId, until }) => `${until} ${userId}`)))
  return ({ userId, until }) => told.has(`${until} ${userId}`)
}

/** Tells whether a row still matters to the others. An end does as long as they could still see the user as typing. */
const isStillOf = ({ isTyping, until }: Typist, now: number): boolean =>
  isTyping ? until > now : until > now - TYPING_EXPIRY_MS

/** Returns the milliseconds until the room may receive another event; 0 or less if it may now. */
function waitOf(rows: readonly Typist[], now: number): number {
  const tellings = rows.map(toldAtOf).filter((toldAt) => toldAt > now - TYPING_EXPIRY_MS)
  if (tellings.length < FEW_TYPISTS) return 0
  return Math.max(...tellings) + TOLD_EVERY_MS - now
}

/** Returns when a row's record last became an event. */
const toldAtOf = ({ isTyping, pending, toldAt, until }: Typist): number =>
  isTyping || pending ? toldAt : Math.max(toldAt, until)
