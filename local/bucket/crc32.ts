/** Reversed polynomials of CRC-32 (zlib) and CRC-32C (Castagnoli). */
const POLYNOMIAL = { crc32: 0xedb88320, crc32c: 0x82f63b78 } as const

/** CRC-32 by table: `node:zlib` has one from Node 22 on, and never CRC-32C. */
export class Crc32 {
  readonly #table: Uint32Array
  #state = 0xffffffff

  constructor(kind: keyof typeof POLYNOMIAL) {
    this.#table = Uint32Array.from({ length: 256 }, (_, index) => {
      let value = index
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL[kind] : value >>> 1
      return value
    })
  }

  update(chunk: Uint8Array): this {
    let state = this.#state
    for (const byte of chunk) state = (this.#table[(state ^ byte) & 0xff] ?? 0) ^ (state >>> 8)
    this.#state = state
    return this
  }

  digest(): Buffer {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE((this.#state ^ 0xffffffff) >>> 0)
    return bytes
  }
}
