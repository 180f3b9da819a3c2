const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/**
 * Returns the seconds of a duration such as `90s`, `30m`, `12h` or `7d`.
 *
 * @throws Error for any other text
 */
export function secondsOf(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const seconds = Number(digits) * (UNITS[unit ?? ''] ?? NaN)
  if (!(seconds > 0)) throw new Error(`unable to read the duration ${text}; say 30m, 12h or 7d`)
  return seconds
}
