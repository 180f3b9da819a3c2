import { listOf, optional } from '../env.ts'
import { canonicalType } from '../protocol/canonical-type.ts'
import { matchesContentType } from '../protocol/matches-content-type.ts'

const OOXML = 'application/vnd.openxmlformats-officedocument.'

/** The types that may be uploaded if `ALLOWED_CONTENT_TYPES` is not set. */
const DEFAULT_ALLOWED = [
  'application/gzip',
  'application/json',
  'application/msword',
  'application/pdf',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  `${OOXML}presentationml.presentation`,
  `${OOXML}spreadsheetml.sheet`,
  `${OOXML}wordprocessingml.document`,
  'application/zip',
  'audio/*',
  'image/*',
  'text/*',
  'video/*',
]

const mediaTypes = listOf({
  expected: 'a media type such as image/png or image/*',
  pattern: /^[a-z]+\/[^\s,;]+$/,
})

/**
 * Media types that may be uploaded. `image/*` means all images that can be recognised by their first bytes
 * (`RECOGNISED`).
 */
export const allowedTypes: string[] = optional('ALLOWED_CONTENT_TYPES', mediaTypes) ?? DEFAULT_ALLOWED

/**
 * Whether a file of this type may be sent. A pattern such as `image/*` covers only types that the first bytes can
 * confirm, because a file of any other type would be deleted after its upload.
 */
export const isAllowed = (contentType: string): boolean =>
  matchesContentType(contentType, allowedTypes) &&
  (isTextual(contentType) ||
    RECOGNISED.has(canonicalType(contentType)) ||
    matchesContentType(
      contentType,
      allowedTypes.filter((type) => !type.endsWith('/*')),
    ))

/** Types that a browser displays without running code: raster images, audio, video, PDF and plain text. */
const INERT = [
  'application/pdf',
  'audio/*',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
  'text/plain',
  'video/*',
]

/** Whether a browser may display a file of this type instead of saving it. */
export const shownInline = (contentType: string): boolean => matchesContentType(contentType, INERT)

/** Each row: formats that share their first bytes, or that some programs write under the other's name. */
const FAMILIES = [
  ['audio/mp4', 'video/mp4', 'video/quicktime', 'video/3gpp', 'audio/3gpp', 'video/3gpp2', 'audio/3gpp2'],
  ['audio/ogg', 'audio/opus', 'video/ogg'],
  ['audio/webm', 'video/webm', 'video/x-matroska', 'audio/x-matroska'],
  ['image/heic', 'image/heif', 'image/heic-sequence', 'image/heif-sequence', 'image/avif'],
  ['image/png', 'image/apng'],
  // Cameras' raw formats are TIFF files.
  [
    ...['image/tiff', 'image/x-adobe-dng', 'image/x-canon-cr2', 'image/x-nikon-nef', 'image/x-nikon-nrw'],
    ...['image/x-sony-arw', 'image/x-sony-sr2', 'image/x-sony-srf', 'image/x-pentax-pef', 'image/x-samsung-srw'],
    ...['image/x-epson-erf', 'image/x-kodak-dcr', 'image/x-kodak-kdc', 'image/x-hasselblad-3fr', 'image/x-dcraw'],
  ],
  ['video/mpeg', 'video/mp2t'],
  ['video/x-ms-asf', 'video/x-ms-wmv', 'audio/x-ms-wma'],
  ['application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint', 'application/x-cfb'],
  // Word and other programs write RTF into files named `.doc`.
  ['application/msword', 'text/rtf'],
]

/** Images, audio and video that are recognised by their first bytes. A test compares this list with file-type's. */
export const RECOGNISED = new Set([
  ...FAMILIES.flat().filter((type) => /^(audio|image|video)\//.test(type)),
  ...['audio/aac', 'audio/aiff', 'audio/amr', 'audio/ape', 'audio/basic', 'audio/flac', 'audio/midi', 'audio/mpeg'],
  ...[
    'audio/qcelp',
    'audio/vnd.dolby.dd-raw',
    'audio/wav',
    'audio/wavpack',
    'audio/x-caf',
    'audio/x-dsf',
    'audio/x-it',
  ],
  ...['audio/x-musepack', 'audio/x-s3m', 'audio/x-voc', 'audio/x-xm'],
  ...['image/bmp', 'image/bpg', 'image/flif', 'image/gif', 'image/icns', 'image/j2c', 'image/jls', 'image/jp2'],
  ...['image/jpeg', 'image/jpm', 'image/jpx', 'image/jxl', 'image/ktx', 'image/mj2', 'image/vnd.adobe.photoshop'],
  ...['image/vnd.dwg', 'image/vnd.ms-photo', 'image/webp', 'image/x-canon-cr3', 'image/x-fujifilm-raf', 'image/x-icon'],
  ...['image/x-olympus-orf', 'image/x-panasonic-rw2', 'image/x-portable-anymap', 'image/x-xcf'],
  ...['video/x-flv', 'video/x-msvideo'],
])

/** Formats that file-type does not know: the beginning of the file, and its type. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  // WAV files of more than 4 GiB: https://tech.ebu.ch/docs/tech/tech3306v1_1.pdf
  [/^RF64.{4}WAVE/s, 'audio/wav'],
  [/^caff\0\x01/, 'audio/x-caf'],
  [/^\.snd\0/, 'audio/basic'],
  [/^P[1-7]\s/, 'image/x-portable-anymap'],
]

/** Formats that are ZIP files. The first bytes do not show which one. */
const ZIPPED = [OOXML, 'application/vnd.oasis.opendocument.', 'application/epub+zip', 'application/java-archive']

/** Formats without a signature. The first bytes only show that they are text. */
const TEXTUAL = ['application/json', 'image/svg+xml', 'image/x-xbitmap', 'image/x-xpixmap', 'text/*']

/** Whether files of this type are text. */
export const isTextual = (contentType: string): boolean => matchesContentType(contentType, TEXTUAL)

/**
 * Whether a file's first bytes agree with its declared media type. A textual type needs text; a signature at its
 * beginning (`BM`, `MZ`, `BEGIN:VCARD`) then counts as text too. The exception is PDF, which can look like text.
 *
 * @param declared lower case, without parameters
 * @param bytes the first 1,024 bytes or more, or the whole file if it is shorter
 * @param detected the media type found from the first bytes; undefined if they have no known signature
 */
export function bearsOut(declared: string, bytes: Uint8Array, detected: string | undefined): boolean {
  const type = canonicalType(declared)
  const beginning = Buffer.from(bytes.subarray(0, 1_024)).toString('latin1')
  const found =
    detected === undefined
      ? BEGINNINGS.find(([start]) => start.test(beginning))?.[1]
      : canonicalType(detected.toLowerCase())
  if (isTextual(type)) return isText(bytes) && found !== 'application/pdf'
  // Where Excel is installed, Windows declares CSV files as this type.
  if (type === 'application/vnd.ms-excel' && isText(bytes)) return true
  // PDF readers accept the header anywhere in the first 1,024 bytes: ISO 32000-1, annex H.3, implementation note 13.
  if (type === 'application/pdf') return beginning.includes('%PDF-')
  if (type === 'application/zip') return /^PK(\x03\x04|\x05\x06|\x07\x08)/.test(beginning)
  if (found === undefined) return false
  if (found === type || FAMILIES.some((types) => types.includes(found) && types.includes(type))) return true
  // A password-protected document is an encrypted package inside an old Office file: [MS-OFFCRYPTO] §2.3.
  if (found === 'application/x-cfb') return type.startsWith(OOXML)
  return found === 'application/zip' && ZIPPED.some((start) => type.startsWith(start))
}

/**
 * Control characters that do not occur in text. Besides tab and line ends, text may have backspace (manual pages),
 * vertical tab (Word), form feed, the end mark of DOS, and escape (terminals). Browsers recognise binary data in the
 * same way: https://mimesniff.spec.whatwg.org/#sniffing-a-mislabeled-binary-resource
 */
const BINARY = /[\0-\x07\x0e-\x19\x1c-\x1f]/

function isText(bytes: Uint8Array): boolean {
  const encoding = UTF_16.find(({ mark }) => bytes[0] === mark[0] && bytes[1] === mark[1])?.encoding
  const text = encoding ? decoded(encoding, bytes) : Buffer.from(bytes).toString('latin1')
  return text !== undefined && !BINARY.test(text)
}

const UTF_16 = [
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
]

/** Whether the bytes are UTF-8. A character that is cut off at the end is accepted. */
export const isUtf8 = (bytes: Uint8Array): boolean => decoded('utf-8', bytes) !== undefined

function decoded(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return undefined
  }
}
