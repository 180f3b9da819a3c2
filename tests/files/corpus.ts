import { crc32, deflateSync, gzipSync } from 'node:zlib'

const ascii = (text: string) => Buffer.from(text, 'latin1')
const hex = (bytes: string) => Buffer.from(bytes.replaceAll(' ', ''), 'hex')
const filled = (bytes: number, value = 0x7f) => Buffer.alloc(bytes, value)

/** Returns an uncompressed picture whose directory is after its pixels, where most programs write it. */
export function tiff({ bytes = 20_000, bigEndian = false, tags = [] as number[] } = {}): Buffer {
  const short = (value: number) => {
    const buffer = Buffer.alloc(2)
    if (bigEndian) buffer.writeUInt16BE(value)
    else buffer.writeUInt16LE(value)
    return buffer
  }
  const long = (value: number) => {
    const buffer = Buffer.alloc(4)
    if (bigEndian) buffer.writeUInt32BE(value)
    else buffer.writeUInt32LE(value)
    return buffer
  }
  const entries = [[256, 200], [257, 100], [273, 8], [279, bytes], ...tags.map((tag) => [tag, 1])]
  const directory = entries.map(([tag, value]) => Buffer.concat([short(tag!), short(4), long(1), long(value!)]))
  return Buffer.concat([
    ...[ascii(bigEndian ? 'MM' : 'II'), short(42), long(8 + bytes), filled(bytes)],
    ...[short(entries.length), ...directory, long(0)],
  ])
}

/** Returns a ZIP of one stored file. */
function zip(name: string, content = 'x'): Buffer {
  const [path, data] = [Buffer.from(name), Buffer.from(content)]
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(20, 0)
  fields.writeUInt32LE(crc32(data), 10)
  fields.writeUInt32LE(data.length, 14)
  fields.writeUInt32LE(data.length, 18)
  fields.writeUInt16LE(path.length, 22)
  const central = Buffer.concat([ascii('PK\x01\x02'), hex('1400'), fields, Buffer.alloc(14), path])
  const start = 30 + path.length + data.length
  const end = Buffer.concat([ascii('PK\x05\x06'), Buffer.alloc(18)])
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(start, 16)
  return Buffer.concat([ascii('PK\x03\x04'), fields, path, data, central, end])
}

/** Returns a PNG of one pixel after a colour profile, as cameras and Photoshop write it. */
function pngWithProfile(bytes: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([ascii(type), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  return Buffer.concat([
    hex('89504e470d0a1a0a'),
    chunk('IHDR', hex('00000001 00000001 08 00 00 00 00')),
    chunk('iCCP', Buffer.concat([ascii('p\0\0'), deflateSync(filled(64)), filled(bytes)])),
    chunk('IDAT', deflateSync(hex('0000'))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Returns an ISO base media file: MP4, QuickTime, 3GPP, HEIC. */
const isoMedia = (brand: string) =>
  Buffer.concat([
    hex('00000018'),
    ascii(`ftyp${brand}`),
    hex('00000200'),
    ascii('isommp41'),
    hex('00000008'),
    ascii('mdat'),
  ])

const mp3Frames = () =>
  Buffer.concat(Array.from({ length: 20 }, () => Buffer.concat([hex('fffb9064'), Buffer.alloc(413)])))

const ooxml = 'application/vnd.openxmlformats-officedocument.'
const docx = `${ooxml}wordprocessingml.document`
const contentTypes =
  `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
  `<Override PartName="/word/document.xml" ContentType="${docx}.main+xml"/></Types>`
const cfb = Buffer.concat([hex('d0cf11e0a1b11ae1'), Buffer.alloc(504)])
const elf = Buffer.concat([ascii('\x7fELF\x02\x01\x01'), Buffer.alloc(64)])
const exe = Buffer.concat([ascii('MZ'), hex('90000300000004000000ffff0000'), Buffer.alloc(64)])
const html = Buffer.from('<!doctype html><script>alert(1)</script>')

/** Files of everyday programs: the types that browsers on Windows, macOS and Linux declare for them, and the bytes. */
export const ACCEPTED: readonly (readonly [string, readonly string[], Buffer])[] = [
  ['scan.tif', ['image/tiff', 'image/tif', 'image/x-tiff'], tiff()],
  ['big-endian.tiff', ['image/tiff'], tiff({ bigEndian: true })],
  ['300 KB.tif', ['image/tiff'], tiff({ bytes: 300_000 })],
  ['small.tif', ['image/tiff'], tiff({ bytes: 600 })],
  ['raw.dng', ['image/x-adobe-dng', 'image/tiff'], tiff({ tags: [50_706] })],
  ['raw.nef', ['image/x-nikon-nef'], tiff()],
  ['raw.arw', ['image/x-sony-arw'], tiff({ tags: [50_341] })],
  ['raw.pef', ['image/x-pentax-pef', 'image/x-dcraw'], tiff()],
  ['raw.cr2', ['image/x-canon-cr2'], Buffer.concat([hex('49492a0010000000'), ascii('CR\x02\0'), filled(8_000)])],
  ['profile.png', ['image/png', 'image/x-png'], pngWithProfile(100_000)],
  ['a.zip', ['application/zip', 'application/x-zip-compressed', 'application/x-zip'], zip('a.txt')],
  ['plugin.zip', ['application/zip', 'application/x-zip-compressed'], zip('META-INF/MANIFEST.MF')],
  ['app.zip', ['application/zip'], zip('AndroidManifest.xml')],
  ['book.zip', ['application/zip'], zip('mimetype', 'application/epub+zip')],
  ['docs.zip', ['application/zip'], zip('[Content_Types].xml', contentTypes)],
  ['empty.zip', ['application/zip'], Buffer.concat([ascii('PK\x05\x06'), Buffer.alloc(18)])],
  [
    ...(['a.gz', ['application/gzip', 'application/x-gzip', 'application/x-compressed']] as const),
    gzipSync(filled(64)),
  ],
  [
    'a.tgz',
    ['application/x-compressed-tar', 'application/x-tgz', 'application/x-gtar-compressed'],
    gzipSync(filled(64)),
  ],
  ['clip.3gp', ['video/3gpp', 'audio/3gpp', 'video/mp4'], isoMedia('3gp5')],
  ['clip.3g2', ['video/3gpp2', 'video/mp4'], isoMedia('3g2a')],
  ['clip.mp4', ['video/mp4', 'video/x-m4v'], isoMedia('isom')],
  ['clip.mov', ['video/quicktime', 'video/mp4'], isoMedia('qt  ')],
  ['song.m4a', ['audio/mp4', 'audio/x-m4a', 'audio/m4a', 'audio/mp4a-latm'], isoMedia('M4A ')],
  ['photo.heic', ['image/heic', 'image/heif'], isoMedia('heic')],
  ['photo.avif', ['image/avif'], isoMedia('avif')],
  ['form.pdf', ['application/pdf', 'application/x-pdf'], Buffer.from('\n%PDF-1.4\n%%EOF\n')],
  ['mail.pdf', ['application/pdf'], Buffer.from(`${'X-Header: a\r\n'.repeat(70)}\r\n%PDF-1.7\n%%EOF`)],
  ['song.mp3', ['audio/mpeg', 'audio/mp3', 'audio/x-mpeg'], mp3Frames()],
  ['padded.mp3', ['audio/mpeg'], Buffer.concat([Buffer.alloc(512), mp3Frames()])],
  ['sound.aac', ['audio/aac', 'audio/vnd.dlna.adts', 'audio/x-aac'], Buffer.concat([hex('fff15080'), filled(600, 0)])],
  [
    'sound.wav',
    ['audio/wav', 'audio/x-wav', 'audio/vnd.wave'],
    Buffer.concat([ascii('RIFF\x24\0\0\0WAVEfmt '), filled(64)]),
  ],
  ['long.wav', ['audio/wav'], Buffer.concat([ascii('RF64\xff\xff\xff\xffWAVEds64'), filled(64)])],
  ['sound.caf', ['audio/x-caf'], Buffer.concat([ascii('caff\0\x01\0\0desc'), filled(64)])],
  ['sound.au', ['audio/basic', 'audio/x-au'], Buffer.concat([ascii('.snd\0\0\0\x18'), filled(64)])],
  ['tune.mid', ['audio/midi', 'audio/mid'], Buffer.concat([ascii('MThd\0\0\0\x06'), filled(64)])],
  [
    'picture.ppm',
    ['image/x-portable-pixmap', 'image/x-portable-anymap'],
    Buffer.concat([ascii('P6\n1 1\n255\n'), filled(3)]),
  ],
  ['icon.ico', ['image/x-icon', 'image/vnd.microsoft.icon'], Buffer.concat([hex('000001000100'), Buffer.alloc(64)])],
  [
    'photo.jpg',
    ['image/jpeg', 'image/pjpeg', 'image/jpg'],
    Buffer.concat([hex('ffd8ffe000104a464946'), Buffer.alloc(64)]),
  ],
  ['letter.docx', [docx], zip('[Content_Types].xml', contentTypes)],
  ['secret.docx', [docx], cfb],
  ['old.doc', ['application/msword'], cfb],
  ['old.xls', ['application/vnd.ms-excel', 'application/msexcel'], cfb],
  ['old.ppt', ['application/vnd.ms-powerpoint'], cfb],
  ['really-rtf.doc', ['application/msword', 'application/rtf', 'text/rtf'], Buffer.from('{\\rtf1 hello}')],
  ['tea.csv', ['text/csv', 'application/vnd.ms-excel', 'application/csv'], Buffer.from('a,b\n1,2\n')],
  ['data.json', ['application/json', 'text/json'], Buffer.from('{"a":1}')],
  ['conf.yaml', ['application/x-yaml', 'application/yaml', 'text/yaml', 'text/plain'], Buffer.from('a: 1\n')],
  ['run.sh', ['application/x-shellscript', 'application/x-sh', 'text/x-sh'], Buffer.from('#!/bin/sh\necho hello\n')],
  ['q.sql', ['application/sql', 'application/x-sql'], Buffer.from('SELECT 1;\n')],
  ['a.toml', ['application/toml'], Buffer.from('a = 1\n')],
  ['feed.xml', ['text/xml', 'application/xml'], Buffer.from('<?xml version="1.0"?><a/>')],
  ['word.txt', ['text/plain'], Buffer.from('one line\x0banother\r\n')],
  ['dos.txt', ['text/plain'], Buffer.from('hello\r\n\x1a')],
  ['man-page.txt', ['text/plain'], Buffer.from('N\bNA\bAM\bME\bE\n')],
  ['utf-16.txt', ['text/plain'], Buffer.from('\ufeffZoë 😀', 'utf16le')],
  ['latin-1.txt', ['text/plain'], Buffer.from('Straße', 'latin1')],
]

/** The same for files that are not of the declared type. */
export const REFUSED: readonly (readonly [string, readonly string[], Buffer])[] = [
  [
    'a program',
    ['image/png', 'image/tiff', 'application/pdf', 'application/zip', 'audio/mpeg', docx, 'text/plain'],
    exe,
  ],
  ['a program for Linux', ['video/mp4', 'audio/aac', 'application/msword', 'application/gzip', 'text/plain'], elf],
  ['HTML', ['image/png', 'image/tiff', 'video/mp4', 'audio/mpeg', 'application/pdf', 'application/zip', docx], html],
  ['a TIFF', ['image/png', 'text/plain', 'audio/mpeg', 'application/pdf'], tiff()],
  ['a ZIP', ['image/tiff', 'application/pdf', 'application/gzip', 'text/plain', 'application/msword'], zip('a.txt')],
  ['a picture', ['audio/mpeg', 'application/zip', 'video/mp4', docx], pngWithProfile(10)],
  ['an old Office file', ['application/pdf', 'application/zip', 'image/png', 'text/csv'], cfb],
  ['a PDF behind 1,024 bytes', ['application/pdf'], Buffer.from(`${'x'.repeat(1_024)}%PDF-1.4`)],
  ['a PDF', ['text/plain', 'application/json', docx], Buffer.from('%PDF-1.4\n%%EOF\n')],
  ['a program behind a mark of UTF-16', ['text/plain'], Buffer.concat([hex('fffe'), exe])],
  ['zeros', ['audio/mpeg', 'text/plain', 'image/tiff', 'application/pdf'], Buffer.alloc(600)],
]
