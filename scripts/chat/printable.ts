/** Escape sequences start with one of these. They could write anywhere on the screen or set its title. */
const controls = /\p{Cc}/gu
/** These reorder the text around them. https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters */
const reordering = /[\u202a-\u202e\u2066-\u2069]/gu

/**
 * Makes a foreign text safe for a terminal: invisible characters become `�`, and further lines are indented, so that
 * none looks like a message of its own.
 */
export const printable = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll('\t', '  ').replace(controls, '\ufffd').replace(reordering, '\ufffd'))
    .join('\n    ')
