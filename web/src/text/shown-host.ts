/** Scripts without letters that look like Latin ones. A label in one of them can't be mistaken for another. */
const UNMISTAKABLE = [
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ーー\d-]+$/u,
  /^[\p{Script=Hangul}\d-]+$/u,
  ...['Arabic', 'Bengali', 'Devanagari', 'Ethiopic', 'Gujarati', 'Gurmukhi', 'Hebrew', 'Kannada', 'Khmer', 'Lao'],
  ...['Malayalam', 'Myanmar', 'Sinhala', 'Tamil', 'Telugu', 'Thai', 'Tibetan'],
].map((script) => (typeof script === 'string' ? new RegExp(`^[\\p{Script=${script}}\\p{M}\\d-]+$`, 'u') : script))

/** The letters of European languages, without phonetic letters that look like them. */
const LATIN = /^[a-z0-9_\u00df-\u00f6\u00f8-\u017e\u1ea0-\u1ef9-]+$/iu

/** Scripts with letters that look like Latin ones. A host is shown in letters only if it uses just one of them. */
const ALIKE = ['Armenian', 'Cyrillic', 'Georgian', 'Greek'].map(
  (script) => new RegExp(`^[\\p{Script=${script}}\\p{M}\\d-]+$`, 'u'),
)

/**
 * Returns a host as it is shown: in its own letters if these can't be mistaken for others, otherwise in the form that
 * DNS uses (`xn--…`). For example, the Cyrillic `о` looks like the Latin `o` but leads to another host.
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
