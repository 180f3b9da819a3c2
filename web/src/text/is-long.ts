/** A message that takes more lines than this is folded. */
const SHOWN_LINES = 40

/** The number of characters in a line of a wide window. */
const LINE_LENGTH = 80

/** Whether a message is so long that it is folded until the reader unfolds it. */
export function isLong(content: string): boolean {
  let lines = 0
  for (const line of content.split('\n', SHOWN_LINES + 1)) lines += Math.ceil(line.length / LINE_LENGTH) || 1
  return lines > SHOWN_LINES
}
