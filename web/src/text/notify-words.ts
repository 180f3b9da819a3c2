import type { MessageEvent, Notify } from '../../../client/index.ts'
import { plainMoment } from './date-text.ts'

const HOUR_MS = 3_600_000

/** What a user may be told of in a room. `forMs`: for how long, else for good. */
export const notifyChoices: readonly { level: Notify['level']; forMs?: number; label: string }[] = [
  { level: 'all', label: 'All messages' },
  { level: 'mentions', label: 'Mentions only' },
  { level: 'none', forMs: HOUR_MS, label: 'Mute for 1 hour' },
  { level: 'none', forMs: 8 * HOUR_MS, label: 'Mute for 8 hours' },
  { level: 'none', label: 'Mute until I turn it on' },
]

/** Says what a user is told of in a room. */
export function notifyWords({ level, until }: Notify, now: number): string {
  if (level === 'all') return 'Notified of all messages'
  const what = level === 'mentions' ? 'Notified of mentions' : 'Muted'
  return until === undefined ? what : `${what} until ${plainMoment(until, now)}`
}

/** Whether a user wants to be told of somebody's message. A reply that only its thread has is for those it mentions. */
export function wakes(message: MessageEvent, level: Notify['level'], userId: string): boolean {
  const { senderId, deleted, mentions, mentionsRoom, threadId, inRoom } = message
  if (senderId === userId || deleted || level === 'none') return false
  const isForMe = mentionsRoom === true || mentions?.includes(userId) === true
  return isForMe || (level === 'all' && (threadId === undefined || inRoom === true))
}
