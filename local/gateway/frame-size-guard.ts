import type { Readable } from 'node:stream'

/** Two bytes, eight of extended length, four of masking key: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
const MAX_HEADER_BYTES = 14

/**
 * Watches the frames that a client sends. Reports the first one whose payload is larger than `limitBytes`, as soon as
 * its header has arrived. `ws` limits only messages; API Gateway limits frames too. The guard consumes and changes
 * nothing.
 *
 * Attach it after the WebSocket and in the same tick, so that the guard sees every chunk first.
 *
 * @param onOversize called at most once, with the number of complete messages before that frame
 */
export function guardFrameSize(
  socket: Readable,
  limitBytes: number,
  onOversize: (messagesBefore: number) => void,
): void {
  const header = Buffer.alloc(MAX_HEADER_BYTES)
  let headerBytes = 0
  let payloadLeft = 0
  let messages = 0

  function onData(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - at)
        payloadLeft -= skipped
        at += skipped
        continue
      }
      header[headerBytes++] = chunk[at++] as number
      const frame = parseHeader(header.subarray(0, headerBytes))
      if (!frame) continue
      if (frame.payloadBytes > limitBytes) {
        socket.off('data', onData)
        onOversize(messages)
        return
      }
      headerBytes = 0
      payloadLeft = frame.payloadBytes
      if (frame.endsMessage) messages++
    }
  }

  socket.prependListener('data', onData)
}

/** Returns undefined until the header is complete. */
function parseHeader(header: Buffer): { payloadBytes: number; endsMessage: boolean } | undefined {
  if (header.length < 2) return undefined
  const first = header.readUInt8(0)
  const second = header.readUInt8(1)
  const length = second & 0x7f
  const lengthBytes = length === 127 ? 8 : length === 126 ? 2 : 0
  const maskBytes = second & 0x80 ? 4 : 0
  if (header.length < 2 + lengthBytes + maskBytes) return undefined
  const payloadBytes =
    lengthBytes === 8 ? Number(header.readBigUInt64BE(2)) : lengthBytes === 2 ? header.readUInt16BE(2) : length
  const isControl = (first & 0x08) !== 0
  return { payloadBytes, endsMessage: (first & 0x80) !== 0 && !isControl }
}
