/** Returns a day of this device's calendar in the format of date fields: `2026-11-26`. */
export function dayValue(timestamp: number): string {
  const at = new Date(timestamp)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** Returns when such a day begins on this device, in epoch milliseconds, or undefined for an invalid day. */
export function beginOf(value: string): number | undefined {
  // A time without a zone is in the zone of the device.
  const at = new Date(`${value}T00:00:00`).getTime()
  return Number.isNaN(at) ? undefined : at
}
