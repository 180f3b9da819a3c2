import { locale } from '../language/locale.ts'
import { words } from '../language/words.ts'

const styles = {
  // As the language writes it: 09:05 in British English, 9:05 in Japanese.
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

/** The device's time zone, as `Europe/Berlin`. It changes when the device travels. */
export function timeZone(): string {
  const { timeZone: now } = new Intl.DateTimeFormat().resolvedOptions()
  // A formatter keeps the zone and the language of the moment when it was made.
  if (now !== zone || locale !== shownIn) formatters = {}
  shownIn = locale
  return (zone = now)
}

function formatted(style: keyof typeof styles, timestamp: number): string {
  timeZone()
  return (formatters[style] ??= new Intl.DateTimeFormat(locale, styles[style])).format(timestamp)
}

export const timeOf = (timestamp: number): string => formatted('time', timestamp)

export const momentOf = (timestamp: number): string => formatted('full', timestamp)

/** Returns the day in this device's calendar, as a number that rises by one each day. */
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

/** Returns the time of a moment of today, the date of any other. */
export const briefMoment = (timestamp: number, now: number): string =>
  formatted(dayOf(timestamp) === dayOf(now) ? 'time' : 'short', timestamp)

/** The time of a moment of today, the date and time of any other. */
export const plainMoment = (timestamp: number, now: number): string =>
  formatted(dayOf(timestamp) === dayOf(now) ? 'time' : 'moment', timestamp)
