/** As many are shown large. */
const MOST = 8

/** All emoji that can be sent, those of several characters included. Made by name: older syntax has no flag `v`. */
const EMOJI = new RegExp(String.raw`^(?:\p{RGI_Emoji}|\s)+$`, 'v')
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Whether a message is a few emoji and nothing else. */
export function isOnlyEmoji(content: string): boolean {
  const text = content.trim()
  // A digit is the beginning of an emoji, and none.
  if (text === '' || text.length > MOST * 16 || !EMOJI.test(text)) return false
  return [...graphemes.segment(text)].filter(({ segment }) => segment.trim() !== '').length <= MOST
}
