import { type LastTold, setTyping, type Typist, whoTypes } from '../entities/typing.ts'
import { defined } from '../protocol/defined.ts'
import type { Reply } from '../protocol/actions.ts'
import { TYPING_AGAIN_MS, TYPING_EXPIRY_MS, TYPING_REPEAT_MS } from '../protocol/limits.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'

/** A repeat that comes so much too early, by the network or the client's clock, is told all the same. */
const EARLY_MS = 2_000

/** So many who type in a room are told each at once. When there are more, who else does is told by the next telling. */
const FEW_TYPISTS = 4
const TOLD_EVERY_MS = 2_000

/** Those who wait try again one after the other: the first tells of all of them. */
const TURN_MS = 300

/** What a user says about themselves, and where. */
interface Said {
  chatRoomId: string
  userId: string
  isTyping: boolean
  /** The room's. */
  headSeq: number
  /** What the others were told of the user last. */
  last: LastTold | undefined
}

/**
 * Tells the others in a room that a user is typing, or no longer. They are told of a beginning, and of repeats at 7 s;
 * of an end only after a beginning, and of a beginning after an end or a message at 3 s. However many type, the room is
 * told every 2 s or so, of all of them at once. AP133 in rooms of more than two, AP18; for what is no news nothing is
 * written.
 *
 * @returns until when the others see the user as typing; `repeatAfterMs` if they aren't told yet, and nobody else may
 *   be there to tell them
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

/** The answer when nobody is to be told, as far as the user's own row tells. */
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

/** Whether the user's row says the same as they do now. */
function isFresh({ isTyping, last }: Said, now: number): boolean {
  if (last?.isTyping !== isTyping) return false
  return !isTyping || last.until > now + TYPING_EXPIRY_MS - (TYPING_REPEAT_MS - EARLY_MS)
}

/** Finds out whether another row's record has told what a pending row says. */
function toldBy(rows: readonly Typist[]): (row: Typist) => boolean {
  const told = new Set(rows.flatMap(({ also = [] }) => also.map(({ userId, until }) => `${until} ${userId}`)))
  return ({ userId, until }) => told.has(`${until} ${userId}`)
}

/** Whether it is still to be told. An end is, as long as somebody could be shown as typing. */
const isStillOf = ({ isTyping, until }: Typist, now: number): boolean =>
  isTyping ? until > now : until > now - TYPING_EXPIRY_MS

/** How long the room isn't told of one more. */
function waitOf(rows: readonly Typist[], now: number): number {
  const tellings = rows.map(toldAtOf).filter((toldAt) => toldAt > now - TYPING_EXPIRY_MS)
  if (tellings.length < FEW_TYPISTS) return 0
  return Math.max(...tellings) + TOLD_EVERY_MS - now
}

/** When the row's record has told anything last. */
const toldAtOf = ({ isTyping, pending, toldAt, until }: Typist): number =>
  isTyping || pending ? toldAt : Math.max(toldAt, until)
