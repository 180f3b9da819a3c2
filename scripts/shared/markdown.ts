/** Returns a Markdown table. The first column is aligned left; the others are figures and aligned right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? ':--' : '--:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Formats with three significant digits. Returns a dash for `null`. */
export function short(value: number | null): string {
  if (value === null) return '–'
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
}

const markOf = (block: string, end: 'start' | 'end') => `<!-- ${block}:${end} -->`

/**
 * Returns the document with the text between a block's two marks replaced.
 *
 * @throws Error if the document lacks the marks
 */
export function withBlock(document: string, block: string, text: string): string {
  const [start, end] = [document.indexOf(markOf(block, 'start')), document.indexOf(markOf(block, 'end'))]
  if (start === -1 || end < start) throw new Error(`unable to write the results; the document has no block ${block}`)
  return `${document.slice(0, start + markOf(block, 'start').length)}\n\n${text}\n\n${document.slice(end)}`
}
