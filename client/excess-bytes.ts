import { MAX_CONTENT_BYTES } from '../src/protocol/limits.ts'
import { utf8 } from './utf8.ts'

/**
 * Returns by how many bytes of UTF-8 a text is too long for a message, or 0 if it can be sent.
 *
 * @param content the text of the message
 * @param contentBytes `client.limits.contentBytes`. Default: the protocol's 16,384
 *
 * @example
 * const excess = excessBytes('hello', client.limits?.contentBytes)
 * if (excess > 0) console.log(`${excess} bytes too long`)
 */
export const excessBytes = (content: string, contentBytes: number = MAX_CONTENT_BYTES): number =>
  Math.max(0, utf8(content).length - contentBytes)
