import { fileTypeFromBuffer, supportedMimeTypes } from 'file-type'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { bearsOut, isAllowed, isUtf8, RECOGNISED, shownInline } from '../../src/files/media-types.ts'
import { canonicalType } from '../../src/protocol/canonical-type.ts'
import { png } from '../support/upload-form.ts'

const bytes = (...parts: (string | number[] | Buffer)[]) =>
  Buffer.concat([
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    Buffer.alloc(64),
  ])

const text = (content: string) => Buffer.from(content)

const jpeg = bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16], 'JFIF')
const gif = bytes('GIF89a')
const webp = bytes('RIFF', [36, 0, 0, 0], 'WEBPVP8 ')
const wav = bytes('RIFF', [36, 0, 0, 0], 'WAVEfmt ')
const avi = bytes('RIFF', [36, 0, 0, 0], 'AVI LIST')
const mp3 = bytes([0xff, 0xfb, 0x90, 0x64])
const mp4 = bytes([0, 0, 0, 24], 'ftypisom')
const m4a = bytes([0, 0, 0, 24], 'ftypM4A ')
const quicktime = bytes([0, 0, 0, 20], 'ftypqt  ')
const heic = bytes([0, 0, 0, 24], 'ftypheic')
const mpegProgram = bytes([0, 0, 1, 0xba, 0x44])
const zip = bytes('PK\x03\x04', [20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Buffer.alloc(8), [8, 0, 0, 0], 'file.txt')
const cfb = bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
const gzip = bytes([0x1f, 0x8b, 0x08])
const elf = bytes('\x7fELF\x02\x01\x01')
const pdf = text('%PDF-1.7\n1 0 obj << >> endobj\n')

const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

const judged = async (declared: string, file: Buffer) =>
  bearsOut(declared, file, (await fileTypeFromBuffer(file))?.mime)

test.each([
  ['image/png', png],
  ['image/jpeg', jpeg],
  ['image/jpg', jpeg],
  ['image/gif', gif],
  ['image/webp', webp],
  ['image/heic', heic],
  ['image/heif', heic],
  ['audio/wav', wav],
  ['audio/x-wav', wav],
  ['audio/mpeg', mp3],
  ['audio/mp3', mp3],
  ['audio/mp4', m4a],
  ['audio/x-m4a', m4a],
  ['video/mp4', mp4],
  ['video/quicktime', quicktime],
  ['video/x-msvideo', avi],
  ['video/mpeg', mpegProgram],
  ['application/pdf', pdf],
  ['application/zip', zip],
  ['application/x-zip-compressed', zip],
  [docx, zip],
  ['application/msword', cfb],
  ['application/gzip', gzip],
  ['application/json', text('{"a":1}')],
  ['text/plain', text('hello')],
  ['text/plain', text('Grüße ☕ 日本語')],
  ['text/plain', text('\x1b[31mred\x1b[0m\tand\r\n\f')],
  ['text/plain', Buffer.from('\ufeffhello', 'utf16le')],
  ['text/plain', Buffer.from('Stra\xdfe', 'latin1')],
  ['text/plain', text('BMW builds cars')],
  ['text/plain', text('MZ is my initials')],
  ['text/plain', text('solid advice')],
  ['text/plain', text('<?xml version="1.0"?><a/>')],
  ['text/html', text('<?xml version="1.0"?><html/>')],
  ['text/plain', text('BEGIN:VCARD\r\nVERSION:3.0\r\n')],
  ['text/vcard', text('BEGIN:VCARD\r\nVERSION:3.0\r\n')],
  ['text/vtt', text('WEBVTT\n\n')],
  ['text/rtf', text('{\\rtf1 hello}')],
  ['text/csv', text('a,b\n1,2\n')],
  ['text/html', text('<!doctype html>')],
  ['image/svg+xml', text('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['image/svg+xml', text('<?xml version="1.0"?><svg/>')],
])('the first bytes bear out %s', async (declared, file) => {
  expect(await judged(declared, file)).toBe(true)
})

test.each([
  ['image/png', 'a JPEG', jpeg],
  ['image/png', 'HTML', text('<!doctype html><script>alert(1)</script>')],
  ['image/png', 'SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['image/jpeg', 'nothing known', bytes([1, 2, 3])],
  ['image/x-unheard-of', 'text', text('hello')],
  ['video/mp4', 'ELF', elf],
  ['audio/mpeg', 'a PNG', png],
  ['application/pdf', 'HTML', text('<!doctype html>')],
  ['application/pdf', 'a ZIP', zip],
  ['application/zip', 'gzip', gzip],
  [docx, 'a PDF', pdf],
  ['text/plain', 'a PNG', png],
  ['text/plain', 'ELF', elf],
  ['text/plain', 'a PDF', pdf],
  ['text/plain', 'a ZIP', zip],
  ['text/plain', 'bytes', bytes([1, 2, 3])],
  ['text/html', 'a GIF', gif],
  ['application/json', 'gzip', gzip],
  ['image/svg+xml', 'a PNG', png],
])('the first bytes give the lie to %s that is %s', async (declared, _is, file) => {
  expect(await judged(declared, file)).toBe(false)
})

test.each([
  ['image/png', true],
  ['image/svg+xml', true],
  ['text/html', true],
  ['application/pdf', true],
  ['application/x-msdownload', false],
  ['application/octet-stream', false],
  ['application/x-zip-compressed', true],
  ['application/x-gzip', true],
  ['application/vnd.ms-excel', true],
  ['application/x-yaml', true],
  ['image/pjpeg', true],
  ['audio/vnd.dlna.adts', true],
  ['image/x-tga', false],
  ['image/x-unheard-of', false],
  ['video/x-unheard-of', false],
  ['application/javascript', false],
  ['images/png', false],
  ['application/pdfx', false],
])('without a list of the deployment, whether %s may be uploaded: %s', (contentType, may) => {
  expect(isAllowed(contentType)).toBe(may)
})

test('under a pattern, what is accepted is what file-type tells by the first bytes, and what is one with it', () => {
  const media = [...supportedMimeTypes].map((type) => canonicalType(type.toLowerCase()))
  const told = media.filter((type) => /^(audio|image|video)\//.test(type))
  expect(told.filter((type) => !isAllowed(type))).toEqual([])
  const others = [...RECOGNISED].filter((type) => !told.includes(type))
  expect(
    others.filter((type) => !/^image\/x-(\w+-(nrw|sr2|srf|pef|srw|erf|dcr|kdc|3fr)|dcraw)$/.test(type)).sort(),
  ).toEqual([
    ...['audio/3gpp', 'audio/3gpp2', 'audio/basic', 'audio/webm', 'audio/x-caf', 'audio/x-matroska'],
    ...['audio/x-ms-wma', 'image/x-portable-anymap', 'video/x-ms-wmv'],
  ])
})

test.each([
  [text('naïve café – 日本語 😀'), true],
  [text('😀').subarray(0, 3), true],
  [Buffer.from('Stra\xdfe', 'latin1'), false],
  [Buffer.from('\ufeffhello', 'utf16le'), false],
  [text('日本語').subarray(1), false],
])('whether %j is UTF-8: %s', (content, is) => {
  expect(isUtf8(content)).toBe(is)
})

test.each([
  ['image/png', true],
  ['image/jpeg', true],
  ['video/mp4', true],
  ['audio/mpeg', true],
  ['application/pdf', true],
  ['text/plain', true],
  ['text/html', false],
  ['text/xml', false],
  ['text/css', false],
  ['image/svg+xml', false],
  ['application/xhtml+xml', false],
  ['application/json', false],
  ['application/zip', false],
])('whether a browser may show %s in its place: %s', (contentType, inline) => {
  expect(shownInline(contentType)).toBe(inline)
})

describe('a deployment with a list of its own', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.resetModules()
  })

  test('accepts what is on it and nothing else', async () => {
    vi.stubEnv('ALLOWED_CONTENT_TYPES', 'image/png, audio/*')
    vi.resetModules()
    const own = await import('../../src/files/media-types.ts')
    const types = ['image/png', 'image/x-png', 'audio/ogg', 'application/ogg', 'image/jpeg', 'text/plain']
    expect(types.filter(own.isAllowed)).toEqual(types.slice(0, 4))
  })
})
