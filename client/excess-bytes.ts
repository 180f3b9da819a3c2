import { MAX_CONTENT_BYTES, MAX_FRAME_BYTES } from '../src/protocol/limits.ts'

/** Bytes of a frame beside the text, with the longest ids. */
const ENVELOPE_BYTES = 768

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/**
 * Returns by how many bytes a text is too long for a message; 0 when it can be sent. Beside the limit of the text
 * itself there is that of the frame, 32 KB, in which quotation marks, backslashes and line breaks take two bytes each
 * and other control characters six. `room.send` fails with `too_large` for such a text, and sends nothing.
 *
 * @param content the text
 * @param contentBytes `client.limits.contentBytes`. Default: the protocol's 16,384
 *
 * @example
 * const excess = excessBytes('hello', client.limits?.contentBytes)
 * if (excess > 0) console.log(`${excess} bytes too long`)
 */
export function excessBytes(content: string, contentBytes: number = MAX_CONTENT_BYTES): number {
  const inFrame = bytesOf(JSON.stringify(content)) - (MAX_FRAME_BYTES - ENVELOPE_BYTES)
  return Math.max(0, bytesOf(content) - contentBytes, inFrame)
}
