import { withHiddenMarked } from '../../src/protocol/printable-name.ts'

const INDENT = '    '

/**
 * Makes another user's text safe for a terminal: characters that are invisible or reorder text become `�`, and so do
 * controls, because an escape sequence could write anywhere on the screen. Further lines, and the rest of a line
 * that is too long, are indented, so that no part of the text looks like a message of its own.
 *
 * @param columns of the terminal; without it, lines are not wrapped
 */
export const printable = (text: string, columns = Infinity): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => withHiddenMarked(line.replaceAll('\t', '  ')))
    .flatMap((line) => wrapped(line, columns - INDENT.length))
    .join(`\n${INDENT}`)

/** Counts two columns for characters beyond Latin, because most of them may be that wide. */
function wrapped(line: string, columns: number): string[] {
  const lines = ['']
  let left = columns
  for (const character of line) {
    const width = character < '\u0300' ? 1 : 2
    if (left < width) {
      lines.push('')
      left = columns
    }
    left -= width
    lines[lines.length - 1] += character
  }
  return lines
}
