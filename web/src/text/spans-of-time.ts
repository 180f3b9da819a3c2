import { locale, unitText } from '../language/locale.ts'
import { words } from '../language/words.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const units = [
  { name: 'day', seconds: DAY },
  { name: 'hour', seconds: HOUR },
  { name: 'minute', seconds: MINUTE },
  { name: 'second', seconds: 1 },
] as const

/** Returns a duration in words, in the largest unit without a remainder: `1 hour`, `90 seconds`. */
export function spanText(seconds: number): string {
  const { name, seconds: unit } = units.find((unit) => seconds >= unit.seconds && seconds % unit.seconds === 0)!
  return unitText(seconds / unit, name, { unitDisplay: 'long' })
}

/** The durations of a mute, in seconds. */
export const muteSpans = [10 * MINUTE, HOUR, 8 * HOUR, DAY, 7 * DAY, 28 * DAY] as const

/** The durations of a ban, in seconds; 0 is permanent. */
export const banSpans = [0, HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY] as const

/** How far back the messages of a banned user are deleted, in seconds; 0 deletes none. */
export const deleteSpans = [0, HOUR, DAY, 7 * DAY] as const

/** The least time between two messages of a member in slow mode, in seconds; 0 switches slow mode off. */
export const slowSpans = [0, 5, 10, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR] as const

/** How long a room keeps messages, in days; 0 is as long as the deployment does. */
export const retentionSpans = [0, 1, 7, 30, 90, 365, 730, 1_825, 3_650] as const

/** How long an invite can be used, in seconds. */
export const inviteSpans = [HOUR, DAY, 7 * DAY, 30 * DAY] as const

/** Returns the remaining time of a wait: `12 s`, `3:05`, `2:03:00`. */
export function countdownText(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000))
  if (seconds < MINUTE) return words.secondsShort(seconds)
  const two = (number: number) => digits(number, 2)
  const minutes = Math.floor(seconds / MINUTE)
  const rest = two(seconds % MINUTE)
  return minutes < 60
    ? `${digits(minutes)}:${rest}`
    : `${digits(Math.floor(minutes / 60))}:${two(minutes % 60)}:${rest}`
}

const digits = (number: number, least = 1): string =>
  new Intl.NumberFormat(locale, { minimumIntegerDigits: least, useGrouping: false }).format(number)
