/** A message of at most this many emoji is shown large. */
const MOST = 8

/** A letter, which most messages have. ℹ is one and an emoji. */
const LETTER = /[^\P{L}ℹ]/u

/**
 * Matches emoji, including those of several characters. Made with `RegExp`: older syntax has no flag `v`. Its first use
 * takes a slow phone a quarter of a second.
 */
const EMOJI = new RegExp(String.raw`^(?:\p{RGI_Emoji}|\s)+$`, 'v')
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Whether a message consists of a few emoji only. */
export function isOnlyEmoji(content: string): boolean {
  const text = content.trim()
  if (text === '' || text.length > MOST * 16 || LETTER.test(text)) return false
  // Some emoji begin with a digit, but a digit alone isn't an emoji.
  if (!EMOJI.test(text)) return false
  return [...graphemes.segment(text)].filter(({ segment }) => segment.trim() !== '').length <= MOST
}
