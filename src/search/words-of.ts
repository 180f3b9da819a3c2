/** A word by which a message can be found. */
export interface Word {
  /** As it is indexed and compared: NFKC, lower case, without diacritics; 2 to 32 characters. */
  token: string
  /** As it is in the text, in NFKC. */
  written: string
}

/** The most different words of a text. Later words are not indexed. */
const MAX_WORDS = 60
const MIN_CHARS = 2
/** Of a longer word, only this many characters are indexed. */
const MAX_CHARS = 32

/** Scripts without blanks between words. Every two neighbouring characters count as a word. */
const CJK = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}ー々〆]'
const STRETCHES = new RegExp(`${CJK}+|(?:(?!${CJK})[^])+`, 'gu')
const isCjk = new RegExp(`^${CJK}`, 'u')
const LETTERS = /[\p{L}\p{N}\p{M}]+/gu

/**
 * Latin, Greek and Cyrillic accents, Hebrew points and Arabic vowels are ignored. Any other mark makes a different
 * word.
 */
const DIACRITICS = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670]/g

const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/** Returns the first 60 different words of a text, in order, each as it is written at its first occurrence. */
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

/**
 * Splits text into words, by dictionary for scripts without blanks, such as Thai. A word has only letters, marks and
 * digits.
 */
function* lettersOf(stretch: string): Generator<string> {
  for (const { segment, isWordLike } of segmenter.segment(stretch)) {
    if (isWordLike === true) for (const [letters] of segment.matchAll(LETTERS)) yield letters
  }
}

/**
 * Returns the words by which a message can be found: those of its text and its file name. A deleted message has none.
 */
export const wordsIn = ({ content, fileName }: { content: string; fileName?: string | undefined }): Word[] =>
  wordsOf(fileName === undefined ? content : `${content}\n${fileName}`)
