/** Scripts none of whose letters look like Latin ones: a label of one of them is what it looks like. */
const UNMISTAKABLE = [
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ーー\d-]+$/u,
  /^[\p{Script=Hangul}\d-]+$/u,
  ...['Arabic', 'Bengali', 'Devanagari', 'Ethiopic', 'Gujarati', 'Gurmukhi', 'Hebrew', 'Kannada', 'Khmer', 'Lao'],
  ...['Malayalam', 'Myanmar', 'Sinhala', 'Tamil', 'Telugu', 'Thai', 'Tibetan'],
].map((script) => (typeof script === 'string' ? new RegExp(`^[\\p{Script=${script}}\\p{M}\\d-]+$`, 'u') : script))

/** Letters that European languages write, without the phonetic ones that look like them. */
const LATIN = /^[a-z0-9_\u00df-\u00f6\u00f8-\u017e\u1ea0-\u1ef9-]+$/iu

/** Scripts that have letters like Latin ones. A host is written in one of them alone, or it isn't shown in letters. */
const ALIKE = ['Armenian', 'Cyrillic', 'Georgian', 'Greek'].map(
  (script) => new RegExp(`^[\\p{Script=${script}}\\p{M}\\d-]+$`, 'u'),
)

/**
 * Returns a host as it is shown: in its own letters where these can't be taken for others, otherwise as it is sent
 * (`xn--…`). A `о` of the Cyrillic alphabet looks like the Latin one and leads elsewhere.
 *
 * @param written as a person wrote it @param sent as `URL.host` returns it
 */
export function shownHost(written: string, sent: string): string {
  if (!/[^\p{ASCII}]/u.test(written)) return written
  const labels = written.replace(/:\d*$/, '').split('.')
  const isPlain = labels.every((label) => LATIN.test(label) || UNMISTAKABLE.some((script) => script.test(label)))
  const isOneScript = ALIKE.some((script) => labels.every((label) => script.test(label)))
  return (isPlain && /xn--/.test(sent)) || isOneScript ? written : sent
}
