export const CONTINUATION = 0
export const TEXT = 1
export const PING = 9

/** Returns a masked client frame as raw bytes: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
export function frame(opcode: number, payload: number | string, { fin = true } = {}): Buffer {
  const data = Buffer.from(typeof payload === 'string' ? payload : 'x'.repeat(payload))
  const first = (fin ? 0x80 : 0) | opcode
  let header: Buffer
  if (data.length < 126) {
    header = Buffer.from([first, 0x80 | data.length])
  } else if (data.length < 65_536) {
    header = Buffer.from([first, 0x80 | 126, 0, 0])
    header.writeUInt16BE(data.length, 2)
  } else {
    header = Buffer.from([first, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 0])
    header.writeBigUInt64BE(BigInt(data.length), 2)
  }
  const mask = Buffer.from([0x1f, 0xa2, 0x33, 0x84])
  return Buffer.concat([header, mask, data.map((byte, i) => byte ^ (mask[i % 4] as number))])
}
