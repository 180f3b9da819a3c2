/** A message that takes more lines than this is folded. */
const SHOWN_LINES = 40

/** Letters in a line of a wide window. */
const LINE_LENGTH = 80

/** Whether a message is folded until the reader wants to see all of it. */
export function isLong(content: string): boolean {
  let lines = 0
  for (const line of content.split('\n', SHOWN_LINES + 1)) lines += Math.ceil(line.length / LINE_LENGTH) || 1
  return lines > SHOWN_LINES
}
