/** As many letters of a name are written before emoji are offered: a colon and a letter are a smiley. */
const LEAST = 2

/** What is being written behind a colon before the caret; `undefined` where no emoji's name is. */
export function emojiBeing(text: string, caret: number): { start: number; query: string } | undefined {
  const [found, query = ''] = /(?<![^\s(]):([\w+-]*:?)$/.exec(text.slice(0, caret)) ?? []
  return found === undefined || query.length < LEAST ? undefined : { start: caret - found.length, query }
}
