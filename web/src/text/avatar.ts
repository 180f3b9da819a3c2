/** The number of avatar colours: `.hue-0` and so on in the style sheet. */
export const HUES = 12

/** Returns the number of an id's colour, always the same. */
export function hueOf(id: string): number {
  let hash = 0
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return hash % HUES
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
