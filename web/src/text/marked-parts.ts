/** A text in parts, of which every second one is one of the words, in whatever case. */
export function markedParts(text: string, words: readonly string[]): string[] {
  const found = words.filter((word) => word !== '').map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return found.length === 0 ? [text] : text.split(new RegExp(`(${found.join('|')})`, 'giu'))
}
