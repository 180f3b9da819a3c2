/** A word that a message is found by. */
export interface Word {
  /** As it is indexed and compared: NFKC, lower case, without diacritics; 2–32 characters. */
  token: string
  /** As the text has it, in NFKC. */
  written: string
}

/** Different ones of a text; what comes after them isn't found. */
const MAX_WORDS = 60
const MIN_CHARS = 2
/** A longer word is found by its beginning. */
const MAX_CHARS = 32

/** Scripts without blanks between words: every two neighbours are a word. */
const CJK = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}ー々〆]'
const STRETCHES = new RegExp(`${CJK}+|(?:(?!${CJK})[^])+`, 'gu')
const isCjk = new RegExp(`^${CJK}`, 'u')
const LETTERS = /[\p{L}\p{N}\p{M}]+/gu

/** Accents of Latin, Greek and Cyrillic, points of Hebrew, vowels of Arabic; other marks make another word. */
const DIACRITICS = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670]/g

const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/** The first 60 different words of a text, in their order, each as it is written first. */
export function wordsOf(text: string): Word[] {
  const words = new Map<string, string>()
  for (const written of writtenIn(text.normalize('NFKC'))) {
    const chars = [...fold(written)].slice(0, MAX_CHARS)
    const token = chars.join('')
    if (chars.length >= MIN_CHARS && !words.has(token)) words.set(token, written)
    if (words.size === MAX_WORDS) break
  }
  return [...words].map(([token, written]) => ({ token, written }))
}

const fold = (written: string): string =>
  written.toLowerCase().normalize('NFKD').replace(DIACRITICS, '').normalize('NFC')

function* writtenIn(text: string): Generator<string> {
  for (const [stretch] of text.matchAll(STRETCHES)) {
    if (isCjk.test(stretch)) yield* pairsOf([...stretch])
    else yield* lettersOf(stretch)
  }
}

function* pairsOf(chars: readonly string[]): Generator<string> {
  for (let i = 0; i + 1 < chars.length; i++) yield chars[i]! + chars[i + 1]!
}

/** By dictionary where a script has no blanks, such as Thai; and never over what is neither letter nor digit. */
function* lettersOf(stretch: string): Generator<string> {
  for (const { segment, isWordLike } of segmenter.segment(stretch)) {
    if (isWordLike === true) for (const [letters] of segment.matchAll(LETTERS)) yield letters
  }
}

/** What a message is found by: its text, and the name of its file. One that was deleted has neither. */
export const wordsIn = ({ content, fileName }: { content: string; fileName?: string | undefined }): Word[] =>
  wordsOf(fileName === undefined ? content : `${content}\n${fileName}`)
