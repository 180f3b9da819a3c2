import { MAX_FRAME_BYTES } from '../src/protocol/limits.ts'
import { ChatError } from './errors.ts'
import { utf8 } from './utf8.ts'

/**
 * Returns a frame as the text that is sent. In JSON, quotation marks, backslashes and line breaks take two bytes each
 * and other control characters six. So content that is short enough for a message may be too long for a frame of 32 KB.
 * Such content is sent as base64.
 *
 * @param canEncode whether the server has announced `contentEncoding`
 * @throws ChatError `too_large` when the text doesn't fit into a frame
 */
export function frameText(frame: Record<string, unknown>, canEncode: boolean): string {
  const text = JSON.stringify(frame)
  if (utf8(text).length <= MAX_FRAME_BYTES) return text
  if (canEncode && typeof frame.content === 'string') {
    return frameText({ ...frame, content: base64(utf8(frame.content)), contentEncoding: 'base64' }, false)
  }
  throw new ChatError('too_large', `unable to send; the frame is over ${MAX_FRAME_BYTES} bytes`)
}

const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
