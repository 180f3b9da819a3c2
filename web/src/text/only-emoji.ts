/** A message of at most this many emoji is shown large. */
const MOST = 8

/** Matches emoji, including those of several characters. Made with `RegExp`: older syntax has no flag `v`. */
const EMOJI = new RegExp(String.raw`^(?:\p{RGI_Emoji}|\s)+$`, 'v')
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Whether a message consists of a few emoji only. */
export function isOnlyEmoji(content: string): boolean {
  const text = content.trim()
  // Some emoji begin with a digit, but a digit alone isn't an emoji.
  if (text === '' || text.length > MOST * 16 || !EMOJI.test(text)) return false
  return [...graphemes.segment(text)].filter(({ segment }) => segment.trim() !== '').length <= MOST
}
