import { withHiddenMarked } from '../../src/protocol/printable-name.ts'

/** Formats data for an operator: a line for each item of a list, and `name: value` for everything else. */
export function shown(data: Record<string, unknown>): string {
  const lines = Object.entries(data).flatMap(([name, value]) => {
    if (!Array.isArray(value)) return [`${name}: ${textOf(value)}`]
    return value.length === 0 ? [`${name}: none`] : value.map((item) => `${name}: ${textOf(item)}`)
  })
  return lines.length === 0 ? 'done' : lines.join('\n')
}

/** Control characters in users' texts must not reach the terminal. JSON escapes some of them; the others are marked. */
const textOf = (value: unknown): string => withHiddenMarked(JSON.stringify(value))
