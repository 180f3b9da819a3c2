/** What an operator reads: one line for each thing in a list, and `name: value` for the rest. */
export function shown(data: Record<string, unknown>): string {
  const lines = Object.entries(data).flatMap(([name, value]) => {
    if (!Array.isArray(value)) return [`${name}: ${textOf(value)}`]
    return value.length === 0 ? [`${name}: none`] : value.map((item) => `${name}: ${textOf(item)}`)
  })
  return lines.length === 0 ? 'done' : lines.join('\n')
}

/** Control characters of others' texts must not reach the terminal: JSON escapes those that could do harm there. */
const textOf = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd')
