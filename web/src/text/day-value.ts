/** Returns a day of this device's calendar as date fields have it: `2026-11-26`. */
export function dayValue(timestamp: number): string {
  const at = new Date(timestamp)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** Returns when such a day begins on this device, epoch ms; undefined for what is no day. */
export function beginOf(value: string): number | undefined {
  // Without a zone, it is the device's.
  const at = new Date(`${value}T00:00:00`).getTime()
  return Number.isNaN(at) ? undefined : at
}
