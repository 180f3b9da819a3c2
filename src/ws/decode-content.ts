import { InvalidRequest } from '../errors.ts'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Returns the frame with its `content` as text. A frame without `contentEncoding` is returned unchanged. So is a frame
 * with an unknown encoding, because the schema refuses it later.
 *
 * @throws InvalidRequest when the content is not base64 of UTF-8 (RFC 4648 §4, with padding)
 */
export function decodeContent(frame: Record<string, unknown>): Record<string, unknown> {
  const { content, contentEncoding } = frame
  if (contentEncoding !== 'base64' || typeof content !== 'string') return frame
  try {
    if (!BASE64.test(content)) throw new TypeError('not base64')
    return {
      ...frame,
      content: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(content, 'base64')),
    }
  } catch (cause) {
    throw new InvalidRequest(
      'unable to accept the frame; its content is not of its encoding',
      [{ path: 'content', problem: 'is not base64 of UTF-8' }],
      { cause },
    )
  }
}
