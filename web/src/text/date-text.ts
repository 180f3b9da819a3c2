import { locale } from '../language/locale.ts'
import { words } from '../language/words.ts'

const styles = {
  // `short` follows the language: 09:05 in British English, 9:05 in Japanese.
  time: { timeStyle: 'short' },
  full: { dateStyle: 'full', timeStyle: 'short' },
  weekday: { weekday: 'long', day: 'numeric', month: 'long' },
  date: { day: 'numeric', month: 'long', year: 'numeric' },
  short: { day: 'numeric', month: 'short' },
  moment: { dateStyle: 'medium', timeStyle: 'short' },
} satisfies Record<string, Intl.DateTimeFormatOptions>

let formatters: Partial<Record<keyof typeof styles, Intl.DateTimeFormat>> = {}
let zone: string | undefined
let shownIn: string | undefined
let lookedAt = -Infinity

/** Asking for the zone takes as long as formatting many times, and a list formats hundreds. */
const LOOK_EVERY_MS = 1_000

/** Returns the device's time zone, such as `Europe/Berlin`. It changes when the device travels. */
export function timeZone(): string {
  const { timeZone: now } = new Intl.DateTimeFormat().resolvedOptions()
  // A formatter keeps the zone and the language that it was created with.
  if (now !== zone || locale !== shownIn) formatters = {}
  shownIn = locale
  lookedAt = Date.now()
  return (zone = now)
}

function formatted(style: keyof typeof styles, timestamp: number): string {
  if (locale !== shownIn || Math.abs(Date.now() - lookedAt) >= LOOK_EVERY_MS) timeZone()
  return (formatters[style] ??= new Intl.DateTimeFormat(locale, styles[style])).format(timestamp)
}

export const timeOf = (timestamp: number): string => formatted('time', timestamp)

export const momentOf = (timestamp: number): string => formatted('full', timestamp)

/** Returns the day in this device's calendar, as a number that increases by one each day. */
export function dayOf(timestamp: number): number {
  const at = new Date(timestamp)
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / 86_400_000
}

/** Returns `Today`, `Yesterday`, the weekday and date within this year, otherwise the date with its year. */
export function dayName(timestamp: number, now: number): string {
  const daysAgo = dayOf(now) - dayOf(timestamp)
  if (daysAgo === 0) return words.today
  if (daysAgo === 1) return words.yesterday
  const isThisYear = new Date(timestamp).getFullYear() === new Date(now).getFullYear()
  return formatted(isThisYear ? 'weekday' : 'date', timestamp)
}

/** Returns the time if the moment is today, otherwise the date. */
export const briefMoment = (timestamp: number, now: number): string =>
  formatted(dayOf(timestamp) === dayOf(now) ? 'time' : 'short', timestamp)

/** Returns the time if the moment is today, otherwise the date and time. */
export const plainMoment = (timestamp: number, now: number): string =>
  formatted(dayOf(timestamp) === dayOf(now) ? 'time' : 'moment', timestamp)
