import { crc32, deflateSync } from 'node:zlib'

/** Returns a PNG of hills under a sky with this size in pixels. */
export function landscape(width: number, height: number): Buffer {
  const rows = Array.from({ length: height }, (_row, y) => {
    const row = Buffer.alloc(1 + width * 3)
    for (let x = 0; x < width; x++) row.set(colourAt(x / width, y / height), 1 + x * 3)
    return row
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks])
}

function colourAt(x: number, y: number): [number, number, number] {
  if (Math.hypot((x - 0.72) * 1.33, y - 0.28) < 0.09) return [255, 236, 179]
  if (y > 0.72 + 0.08 * Math.sin(x * 7 + 2)) return [47, 79, 79]
  if (y > 0.58 + 0.1 * Math.sin(x * 5)) return [70, 116, 108]
  return [120 + 120 * y, 150 + 60 * y, 220 - 20 * y]
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
