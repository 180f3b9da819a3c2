/** Emoji are offered after this many letters of a name, because a colon and one letter may be a smiley. */
const LEAST = 2

/** Returns the text between a colon and the caret, or undefined if it can't be the name of an emoji. */
export function emojiBeing(text: string, caret: number): { start: number; query: string } | undefined {
  const [found, query = ''] = /(?<![^\s(]):([\w+-]*:?)$/.exec(text.slice(0, caret)) ?? []
  return found === undefined || query.length < LEAST ? undefined : { start: caret - found.length, query }
}
