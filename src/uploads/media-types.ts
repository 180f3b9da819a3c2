/** What may be uploaded when the deployment doesn't say, `ALLOWED_CONTENT_TYPES`. */
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

/** Comma-separated media types; `image/*` stands for all images. */
const allowed = (process.env.ALLOWED_CONTENT_TYPES ?? DEFAULT_ALLOWED.join()).split(',').map((type) => type.trim())

const matches = (contentType: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) =>
    pattern.endsWith('/*') ? contentType.startsWith(pattern.slice(0, -1)) : contentType === pattern,
  )

export const isAllowed = (contentType: string): boolean => matches(contentType, allowed)

/** Types that a browser shows without running anything: raster images, sound, film, PDF and plain text. */
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

export const shownInline = (contentType: string): boolean => matches(contentType, INERT)

/** Names of one and the same format: what the first bytes say, and what people declare. */
const SYNONYMS = [
  ['application/x-gzip', 'application/gzip'],
  ['application/zip', 'application/x-zip-compressed'],
  ['audio/aac', 'audio/x-aac'],
  ['audio/flac', 'audio/x-flac'],
  ['audio/mp4', 'audio/x-m4a', 'audio/m4a', 'video/mp4', 'video/quicktime', 'video/x-m4v'],
  ['audio/mpeg', 'audio/mp3'],
  ['audio/ogg', 'audio/opus', 'video/ogg', 'application/ogg'],
  ['audio/wav', 'audio/x-wav', 'audio/vnd.wave', 'audio/wave'],
  ['audio/webm', 'video/webm', 'video/matroska', 'video/x-matroska'],
  ['image/jpeg', 'image/jpg', 'image/pjpeg'],
  ['image/bmp', 'image/x-ms-bmp'],
  ['image/x-icon', 'image/vnd.microsoft.icon'],
  ['image/heic', 'image/heif'],
  ['image/apng', 'image/png'],
  ['application/msword', 'application/x-cfb'],
  ['application/xml', 'text/xml', 'image/svg+xml'],
]

/** Formats that are a ZIP inside, which the first bytes alone don't tell apart. */
const ZIPPED = [
  'application/vnd.openxmlformats-officedocument.*',
  'application/vnd.oasis.opendocument.*',
  'application/epub+zip',
  'application/java-archive',
]

/** Formats without a signature: nothing in the first bytes says what they are. */
const UNSIGNED = ['application/json', 'image/svg+xml', 'text/*']

/**
 * Whether a file's first bytes bear out what was declared.
 *
 * @param detected what the first bytes say, if they say anything
 */
export function bearsOut(declared: string, detected: string | undefined): boolean {
  if (detected === undefined) return matches(declared, UNSIGNED)
  if (detected === declared) return true
  if (SYNONYMS.some((names) => names.includes(detected) && names.includes(declared))) return true
  const isZipped = ZIPPED.some((pattern) => declared.startsWith(pattern.replace(/\*$/, '')))
  return detected === 'application/zip' && isZipped
}
