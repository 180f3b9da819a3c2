import type { Limits } from '../../../client/index.ts'

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** The rest of a frame beside the content: the action and three ids of 64 characters, bytes. */
const ENVELOPE_BYTES = 512

type TextLimits = Pick<Limits, 'contentBytes' | 'frameBytes'>

/**
 * How much more text fits into a message, in characters like those that it has; negative when it is too long. In a
 * frame, quotation marks and line breaks take twice their bytes.
 */
export function roomForText(text: string, { contentBytes, frameBytes }: TextLimits): number {
  if (text === '') return contentBytes
  const [bytes, escaped] = [bytesOf(text), bytesOf(JSON.stringify(text))]
  const room = Math.min((contentBytes - bytes) / bytes, (frameBytes - ENVELOPE_BYTES - escaped) / escaped) * text.length
  return room < 0 ? Math.floor(room) : Math.trunc(room)
}

/** `12 characters left`, `1 character too long`. */
export function roomSentence(room: number): string {
  const count = Math.abs(room) === 1 ? '1 character' : `${Math.abs(room).toLocaleString()} characters`
  return room < 0 ? `${count} too long` : `${count} left`
}

/** Whether a text may go with a file. */
export const isCaption = (text: string, { captionBytes }: Pick<Limits, 'captionBytes'>): boolean =>
  bytesOf(text) <= captionBytes
