/** A server's unmasked WebSocket text frame with this payload, to be written to a socket as it is (RFC 6455 §5.2). */
export function textFrame(payload: Buffer): Buffer {
  const { length } = payload
  if (length > 0xffff) throw new Error('unable to frame the payload; it is larger than 64 KB')
  const head = length < 126 ? Buffer.from([0x81, length]) : Buffer.from([0x81, 126, length >> 8, length & 0xff])
  return Buffer.concat([head, payload])
}
