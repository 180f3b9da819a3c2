import { crc32, deflateRawSync } from 'node:zlib'

const VERSION_2_0 = 20
const MADE_BY_UNIX = (3 << 8) | VERSION_2_0
const DEFLATED = 8
/** 1980-01-01 00:00, the earliest time of the format. The archive doesn't contain the time when it was made. */
const DOS_DATE = (1 << 5) | 1
/** A regular file that everybody may read, because Lambda runs the function as another user. */
const MODE = 0o100644

/**
 * Returns a ZIP archive of files. The same contents give the same bytes. The format is in PKWARE's APPNOTE.TXT, §4.3.
 */
export function zipOf(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const entries: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of files) {
    const { entry, listing } = entryOf(name, content, offset)
    entries.push(entry)
    directory.push(listing)
    offset += entry.length
  }
  const listings = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files.size, 8)
  end.writeUInt16LE(files.size, 10)
  end.writeUInt32LE(listings.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...entries, listings, end])
}

/** @param offset where the entry begins in the archive */
function entryOf(name: string, content: Uint8Array, offset: number): { entry: Buffer; listing: Buffer } {
  const deflated = deflateRawSync(content, { level: 9 })
  const entryName = Buffer.from(name)

  const common = Buffer.alloc(26)
  common.writeUInt16LE(VERSION_2_0, 0)
  common.writeUInt16LE(DEFLATED, 4)
  common.writeUInt16LE(DOS_DATE, 8)
  common.writeUInt32LE(crc32(content), 10)
  common.writeUInt32LE(deflated.length, 14)
  common.writeUInt32LE(content.length, 18)
  common.writeUInt16LE(entryName.length, 22)

  const madeBy = Buffer.alloc(2)
  madeBy.writeUInt16LE(MADE_BY_UNIX)
  const attributes = Buffer.alloc(14)
  attributes.writeUInt32LE(MODE * 0x10000, 6)
  attributes.writeUInt32LE(offset, 10)
  return {
    entry: Buffer.concat([Buffer.from('PK\x03\x04'), common, entryName, deflated]),
    listing: Buffer.concat([Buffer.from('PK\x01\x02'), madeBy, common, attributes, entryName]),
  }
}
