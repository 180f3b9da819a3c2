import { unitText } from '../language/locale.ts'

const UNITS = ['kilobyte', 'megabyte', 'gigabyte']

/** `512 bytes`, `1.5 MB`: powers of 1,000, as file managers show them. */
export function fileSize(bytes: number): string {
  if (bytes < 1_000) return unitText(bytes, 'byte', { unitDisplay: 'long' })
  let value = bytes / 1_000
  let unit = 0
  while (Math.round(value) >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000
    unit += 1
  }
  return unitText(value, UNITS[unit]!, { maximumFractionDigits: value < 10 ? 1 : 0, useGrouping: false })
}
