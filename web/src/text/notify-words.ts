import type { MessageEvent, Notify } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { plainMoment } from './date-text.ts'

const HOUR_MS = 3_600_000

/** What a user may be told of in a room. `forMs`: for how long, else for good. */
export const notifyChoices = (): { level: Notify['level']; forMs?: number; label: string }[] => [
  { level: 'all', label: words.notify.all },
  { level: 'mentions', label: words.notify.mentions },
  { level: 'none', forMs: HOUR_MS, label: words.notify.oneHour },
  { level: 'none', forMs: 8 * HOUR_MS, label: words.notify.eightHours },
  { level: 'none', label: words.notify.none },
]

/** Says what a user is told of in a room. */
export function notifyWords({ level, until }: Notify, now: number): string {
  const told = words.notified[level]
  return until === undefined || level === 'all' ? told : words.until(told, plainMoment(until, now))
}

/** Whether a user wants to be told of somebody's message. A reply that only its thread has is for those it mentions. */
export function wakes(message: MessageEvent, level: Notify['level'], userId: string): boolean {
  const { senderId, deleted, mentions, mentionsRoom, threadId, inRoom } = message
  if (senderId === userId || deleted || level === 'none') return false
  const isForMe = mentionsRoom === true || mentions?.includes(userId) === true
  return isForMe || (level === 'all' && (threadId === undefined || inRoom === true))
}
