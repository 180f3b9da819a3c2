import type { MessageEvent, Notify } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { plainMoment } from './date-text.ts'

const HOUR_MS = 3_600_000

/** The choices of notifications for a room. `forMs`: for how long; left out for a permanent choice. */
export const notifyChoices = (): { level: Notify['level']; forMs?: number; label: string }[] => [
  { level: 'all', label: words.notify.all },
  { level: 'mentions', label: words.notify.mentions },
  { level: 'none', forMs: HOUR_MS, label: words.notify.oneHour },
  { level: 'none', forMs: 8 * HOUR_MS, label: words.notify.eightHours },
  { level: 'none', label: words.notify.none },
]

/** Returns the words for the notifications that a user gets for a room. */
export function notifyWords({ level, until }: Notify, now: number): string {
  const told = words.notified[level]
  return until === undefined || level === 'all' ? told : words.until(told, plainMoment(until, now))
}

/** Whether a user wants a notification for a message. Replies that only threads show notify only users they mention. */
export function wakes(message: MessageEvent, level: Notify['level'], userId: string): boolean {
  const { senderId, deleted, mentions, mentionsRoom, threadId, inRoom } = message
  if (senderId === userId || deleted || level === 'none') return false
  const isForMe = mentionsRoom === true || mentions?.includes(userId) === true
  return isForMe || (level === 'all' && (threadId === undefined || inRoom === true))
}
