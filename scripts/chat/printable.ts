/** Control characters. Escape sequences, which start with one, could write anywhere on the screen or set its title. */
const controls = /\p{Cc}/gu
/**
 * Invisible characters, and some that reorder the text around them:
 * https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
const hidden = /[\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu
const INDENT = '    '

/**
 * Makes another user's text safe for a terminal: invisible characters become `�`. Further lines, and the rest of a line
 * that is too long, are indented, so that no part of the text looks like a message of its own.
 *
 * @param columns of the terminal; without it, lines are not wrapped
 */
export const printable = (text: string, columns = Infinity): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll('\t', '  ').replace(controls, '\ufffd').replace(hidden, '\ufffd'))
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
