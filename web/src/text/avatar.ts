/** The number of avatar colours: `.hue-0` and so on in the style sheet. */
export const HUES = 12

/** If a colour is taken, this many colours are skipped, because neighbouring colours look alike. */
const STEP = 5

/** The colours of the ids that the page has shown. */
const given = new Map<string, number>()

/** Returns the number of an id's colour, which doesn't change. The first twelve ids on the page get different ones. */
export function hueOf(id: string): number {
  const known = given.get(id)
  if (known !== undefined) return known
  const taken = given.size < HUES ? new Set(given.values()) : new Set()
  let hue = hashOf(id) % HUES
  while (taken.has(hue)) hue = (hue + STEP) % HUES
  given.set(id, hue)
  return hue
}

function hashOf(id: string): number {
  let hash = 0
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return hash
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Returns one or two characters for a name: `Ada Lovelace` is AL, `bob` is B, an emoji is itself. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s\p{P}]+/u).filter((word) => word !== '')
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words
  return chosen.map((word) => firstOf(word ?? '')).join('') || '?'
}

const firstOf = (word: string): string =>
  graphemes.segment(word)[Symbol.iterator]().next().value?.segment.toUpperCase() ?? ''
