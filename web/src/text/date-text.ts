const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' })

export const timeOf = (timestamp: number): string => time.format(timestamp)

export const momentOf = (timestamp: number): string => full.format(timestamp)

/** Returns the day in this device's calendar, as a number that rises by one each day. */
export function dayOf(timestamp: number): number {
  const at = new Date(timestamp)
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / 86_400_000
}

/** Returns `Today`, `Yesterday`, the weekday and date within this year, otherwise the date with its year. */
export function dayName(timestamp: number, now: number): string {
  const daysAgo = dayOf(now) - dayOf(timestamp)
  if (daysAgo === 0) return 'Today'
  if (daysAgo === 1) return 'Yesterday'
  const isThisYear = new Date(timestamp).getFullYear() === new Date(now).getFullYear()
  return (isThisYear ? weekday : date).format(timestamp)
}
