import { listOf, optional } from '../env.ts'
import { matchesContentType } from '../protocol/matches-content-type.ts'

/** The types that may be uploaded when `ALLOWED_CONTENT_TYPES` is not set. */
const DEFAULT_ALLOWED = [
  'application/gzip',
  'application/json',
  'application/msword',
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
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

/** Media types; `image/*` stands for all images. */
export const allowedTypes: string[] = optional('ALLOWED_CONTENT_TYPES', mediaTypes) ?? DEFAULT_ALLOWED

export const isAllowed = (contentType: string): boolean => matchesContentType(contentType, allowedTypes)

/** Types that a browser shows without running code: raster images, audio, video, PDF and plain text. */
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

export const shownInline = (contentType: string): boolean => matchesContentType(contentType, INERT)

/** Each row: names of one format, those that are detected from the first bytes and those that clients declare. */
const SYNONYMS = [
  ['application/x-gzip', 'application/gzip'],
  ['application/zip', 'application/x-zip-compressed'],
  ['audio/aac', 'audio/x-aac'],
  ['audio/aiff', 'audio/x-aiff'],
  ['audio/flac', 'audio/x-flac'],
  ['audio/mp4', 'audio/x-m4a', 'audio/m4a', 'video/mp4', 'video/quicktime', 'video/x-m4v'],
  ['audio/midi', 'audio/mid', 'audio/x-midi'],
  ['audio/mpeg', 'audio/mp3'],
  ['audio/ogg', 'audio/ogg; codecs=opus', 'audio/opus', 'video/ogg', 'application/ogg'],
  ['audio/wav', 'audio/x-wav', 'audio/vnd.wave', 'audio/wave'],
  ['audio/webm', 'video/webm', 'video/matroska', 'video/x-matroska'],
  ['image/jpeg', 'image/jpg', 'image/pjpeg'],
  ['image/bmp', 'image/x-ms-bmp'],
  ['image/x-icon', 'image/vnd.microsoft.icon'],
  ['image/heic', 'image/heif', 'image/heic-sequence', 'image/heif-sequence'],
  ['image/apng', 'image/png'],
  ['image/vnd.adobe.photoshop', 'image/x-photoshop'],
  ['video/3gpp', 'audio/3gpp'],
  ['video/3gpp2', 'audio/3gpp2'],
  ['video/MP1S', 'video/MP2P', 'video/mpeg'],
  ['video/vnd.avi', 'video/x-msvideo', 'video/avi', 'video/msvideo'],
  ['video/x-ms-asf', 'audio/x-ms-asf', 'application/vnd.ms-asf', 'video/x-ms-wmv', 'audio/x-ms-wma'],
  ['application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint', 'application/x-cfb'],
]

/** Formats that are ZIP files; the first bytes alone don't show which one. */
const ZIPPED = [
  'application/vnd.openxmlformats-officedocument.*',
  'application/vnd.oasis.opendocument.*',
  'application/epub+zip',
  'application/java-archive',
]

/** Formats without a signature: the first bytes only show that they are text. */
const TEXTUAL = ['application/json', 'image/svg+xml', 'text/*']

/**
 * Whether a file's first bytes agree with its declared media type. A textual type needs text, and then a signature at
 * its beginning (`BM`, `MZ`, `BEGIN:VCARD`) is only text. The exception is PDF, which can look like text too.
 *
 * @param detected the media type by the first bytes, undefined when they have no known signature
 */
export function bearsOut(declared: string, bytes: Uint8Array, detected: string | undefined): boolean {
  if (matchesContentType(declared, TEXTUAL)) return isText(bytes) && detected !== 'application/pdf'
  if (detected === undefined) return false
  if (detected === declared) return true
  if (SYNONYMS.some((names) => names.includes(detected) && names.includes(declared))) return true
  const isZipped = ZIPPED.some((pattern) => declared.startsWith(pattern.replace(/\*$/, '')))
  return detected === 'application/zip' && isZipped
}

/**
 * By the rules with which browsers tell text from binary data:
 * https://mimesniff.spec.whatwg.org/#sniffing-a-mislabeled-binary-resource
 */
function isText(bytes: Uint8Array): boolean {
  const isUtf16 = (bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe)
  return isUtf16 || !bytes.some((byte) => byte < 0x09 || byte === 0x0b || (byte > 0x0d && byte < 0x20 && byte !== 0x1b))
}
