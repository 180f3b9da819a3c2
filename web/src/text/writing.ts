import { words } from '../language/words.ts'
import type { RoomState } from '../../../client/react/index.ts'
import { plainMoment } from './date-text.ts'

/** Whether a user may write in a room, and if not, why. */
export type Writing =
  | { kind: 'free' }
  /** When the next message may be sent, epoch milliseconds. */
  | { kind: 'slow'; until: number }
  | { kind: 'refused'; sentence: string }

const free: Writing = { kind: 'free' }
const refused = (sentence: string): Writing => ({ kind: 'refused', sentence })

/** What is known of the room, and when the server lets this user send the next message, epoch ms. */
export type Rules = Pick<RoomState, 'role' | 'closed' | 'details' | 'mutedUntil'> & { slowUntil: number }

/** Returns what the field for messages shows. @param lastOwnAt the user's last message, epoch ms at the server */
export function writingIn(rules: Rules, lastOwnAt: number, now: number): Writing {
  const { role, closed, details, mutedUntil = 0, slowUntil } = rules
  if (closed) return refused(words.roomIsClosed)
  if (mutedUntil > now) {
    return refused(words.youAreMuted(mutedUntil === Infinity ? undefined : plainMoment(mutedUntil, now)))
  }
  if (role === 'guest') return refused(words.youAreGuest)
  if (role !== 'member') return free
  if (details?.settings.post === 'moderator') return refused(words.onlyModeratorsWrite)
  const seconds = details?.settings.slowModeSeconds ?? 0
  const until = Math.max(slowUntil, seconds === 0 ? 0 : lastOwnAt + seconds * 1_000)
  return until > now ? { kind: 'slow', until } : free
}
