import { MAX_FRAME_BYTES } from '../src/protocol/limits.ts'

/** Bytes of a frame beside the text, with the longest ids. */
const ENVELOPE_BYTES = 768

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text)

/**
 * A text as a frame carries it. In JSON, quotation marks, backslashes and line breaks take two bytes each and other
 * control characters six, so a text that is short enough for a message may be too long for a frame of 32 KB: then it
 * goes as base64.
 *
 * @param canEncode whether the server has announced `contentEncoding`
 */
export function fitContent(content: string, canEncode: boolean): { content: string; contentEncoding?: 'base64' } {
  const isTooLong = encoded(JSON.stringify(content)).length > MAX_FRAME_BYTES - ENVELOPE_BYTES
  return isTooLong && canEncode ? { content: base64(encoded(content)), contentEncoding: 'base64' } : { content }
}

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
