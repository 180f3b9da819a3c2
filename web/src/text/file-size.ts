const UNITS = ['kB', 'MB', 'GB']

/** `512 bytes`, `1.5 MB`: powers of 1,000, as file managers show them. */
export function fileSize(bytes: number): string {
  if (bytes < 1_000) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  let value = bytes / 1_000
  let unit = 0
  while (Math.round(value) >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${UNITS[unit]}`
}
