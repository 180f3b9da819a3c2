/** Escape sequences start with one of these. They could write anywhere on the screen or set its title. */
const controls = /\p{Cc}/gu
/** Not shown, or they reorder the text around them. https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters */
const hidden = /[\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu
const INDENT = '    '

/**
 * Makes a foreign text safe for a terminal: invisible characters become `�`. Further lines are indented, and so is
 * what is too long for a line, so that nothing in it looks like a message of its own.
 *
 * @param columns of the terminal; lines are not wrapped without it
 */
export const printable = (text: string, columns = Infinity): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll('\t', '  ').replace(controls, '\ufffd').replace(hidden, '\ufffd'))
    .flatMap((line) => wrapped(line, columns - INDENT.length))
    .join(`\n${INDENT}`)

/** Most characters beyond Latin may be two columns wide. */
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
