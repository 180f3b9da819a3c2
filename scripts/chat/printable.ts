/** Escape sequences begin with one of these, and could write anywhere on the screen, or set its title. */
const controls = /\p{Cc}/gu
/** These show a text in another order than it has. https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters */
const reordering = /[\u202a-\u202e\u2066-\u2069]/gu

/**
 * Somebody else's text as a terminal may be given it: what isn't to be seen is shown as `�`, and further lines are
 * indented, so that none looks like a message of its own.
 */
export const printable = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll('\t', '  ').replace(controls, '\ufffd').replace(reordering, '\ufffd'))
    .join('\n    ')
