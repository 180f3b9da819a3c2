import { canonicalType } from '../protocol/canonical-type.ts'

const OOXML = 'application/vnd.openxmlformats-officedocument.'

/** Endings that a desktop opens as picture, audio or video, whichever of them the file is. */
const MEDIA = [
  ...[
    '3g2',
    '3gp',
    '3gpp',
    'aac',
    'ac3',
    'aif',
    'aifc',
    'aiff',
    'amr',
    'ape',
    'apng',
    'arw',
    'asf',
    'au',
    'avi',
    'avif',
  ],
  ...[
    'bmp',
    'bpg',
    'caf',
    'cr2',
    'cr3',
    'dcr',
    'dng',
    'dsf',
    'dwg',
    'erf',
    'f4v',
    'flac',
    'flif',
    'flv',
    'gif',
    'heic',
  ],
  ...['heics', 'heif', 'heifs', 'hif', 'icns', 'ico', 'it', 'j2c', 'jfif', 'jls', 'jp2', 'jpe', 'jpeg', 'jpf', 'jpg'],
  ...['jpm', 'jpx', 'jxl', 'jxr', 'kar', 'kdc', 'ktx', 'm2ts', 'm2v', 'm4a', 'm4b', 'm4r', 'm4v', 'mid', 'midi', 'mj2'],
  ...['mka', 'mkv', 'mov', 'mp2', 'mp3', 'mp4', 'mpc', 'mpe', 'mpeg', 'mpg', 'mpga', 'mpo', 'mts', 'nef', 'nrw', 'oga'],
  ...['ogg', 'ogv', 'opus', 'orf', 'pbm', 'pef', 'pgm', 'png', 'pnm', 'ppm', 'psb', 'psd', 'qt', 'raf', 'raw', 'rw2'],
  ...[
    's3m',
    'snd',
    'sr2',
    'srf',
    'srw',
    'svg',
    'tif',
    'tiff',
    'ts',
    'vob',
    'voc',
    'wav',
    'wave',
    'wdp',
    'weba',
    'webm',
  ],
  ...['webp', 'wma', 'wmv', 'wv', 'xbm', 'xcf', 'xm', 'xpm'],
]

/** Endings of text files that a desktop displays or edits, and never runs. */
const TEXT = [
  ...['adoc', 'asc', 'bib', 'c', 'cc', 'cfg', 'conf', 'cpp', 'cs', 'css', 'csv', 'cxx', 'dart', 'diff', 'editorconfig'],
  ...[
    'env',
    'eml',
    'fish',
    'gitignore',
    'go',
    'gradle',
    'graphql',
    'groovy',
    'h',
    'hpp',
    'ics',
    'ini',
    'ipynb',
    'java',
  ],
  ...['json', 'json5', 'jsonl', 'jsx', 'kt', 'kts', 'less', 'lock', 'log', 'lrc', 'lua', 'm', 'markdown', 'md', 'mdx'],
  ...['ndjson', 'nfo', 'org', 'patch', 'pem', 'php', 'pl', 'po', 'pot', 'properties', 'proto', 'py', 'r', 'rb', 'rs'],
  ...['rst', 'rtf', 'sass', 'scala', 'scss', 'sh', 'sql', 'srt', 'sub', 'svelte', 'swift', 'tab', 'tex', 'text', 'tf'],
  ...['tfvars', 'toml', 'ts', 'tsv', 'tsx', 'txt', 'vcf', 'vcs', 'vtt', 'vue', 'xml', 'yaml', 'yml', 'zig'],
]

/** Endings of files that Windows, macOS or a Linux desktop runs when a user opens them. */
const PROGRAMS = new Set([
  ...['action', 'app', 'appimage', 'application', 'appref-ms', 'bat', 'chm', 'cmd', 'com', 'command', 'cpl'],
  ...['desktop', 'dll', 'exe', 'gadget', 'hta', 'inf', 'jar', 'jnlp', 'jse', 'lnk', 'msc', 'msi', 'msp', 'mst', 'pif'],
  ...['pkg', 'ps1xml', 'reg', 'run', 'scf', 'scpt', 'scr', 'sct', 'settingcontent-ms', 'terminal', 'url', 'vb', 'vbe'],
  ...['vbs', 'webloc', 'workflow', 'ws', 'wsc', 'wsf', 'wsh', 'xbap', 'xll'],
])

/** The endings that files of a type may have. If a name has another ending, the first of these is appended. */
const ENDINGS: Record<string, readonly string[]> = {
  'application/epub+zip': ['epub'],
  'application/gzip': ['gz', 'tgz', 'svgz'],
  'application/json': ['json', ...TEXT],
  'application/msword': ['doc', 'dot', 'rtf'],
  'application/pdf': ['pdf'],
  'application/vnd.ms-excel': ['xls', 'xlt', 'csv', 'tsv'],
  'application/vnd.ms-powerpoint': ['ppt', 'pps', 'pot'],
  'application/vnd.oasis.opendocument.presentation': ['odp'],
  'application/vnd.oasis.opendocument.spreadsheet': ['ods'],
  'application/vnd.oasis.opendocument.text': ['odt'],
  [`${OOXML}presentationml.presentation`]: ['pptx'],
  [`${OOXML}presentationml.slideshow`]: ['ppsx'],
  [`${OOXML}spreadsheetml.sheet`]: ['xlsx'],
  [`${OOXML}wordprocessingml.document`]: ['docx'],
  'application/zip': ['zip'],
  'audio/*': ['audio', ...MEDIA],
  'image/*': ['image', ...MEDIA],
  'image/svg+xml': ['svg'],
  'text/*': ['txt', ...TEXT],
  'text/html': ['html', 'htm'],
  'video/*': ['video', ...MEDIA],
}

/** Endings for the most common types, appended instead of the first of `audio/*`, `image/*` and `video/*`. */
const ADDED: Record<string, string> = {
  'audio/aac': 'aac',
  'audio/flac': 'flac',
  'audio/midi': 'mid',
  'audio/mp4': 'm4a',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/opus': 'opus',
  'audio/wav': 'wav',
  'audio/webm': 'weba',
  'image/avif': 'avif',
  'image/bmp': 'bmp',
  'image/gif': 'gif',
  'image/heic': 'heic',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/tiff': 'tif',
  'image/webp': 'webp',
  'text/calendar': 'ics',
  'text/csv': 'csv',
  'video/mp4': 'mp4',
  'video/mpeg': 'mpg',
  'video/ogg': 'ogv',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'video/x-matroska': 'mkv',
}

/** Most file systems allow no longer names, and a longer one would take a third of the URL length that S3 accepts. */
const MOST_BYTES = 255

/**
 * Returns a name to save a file under. It contains no folder, cannot break a header, and has an ending of the file's
 * type. The content was compared with the type, but the uploader chose the name: Windows runs `invoice.pdf.bat`,
 * although its content is text. Such a name gets a further ending: `invoice.pdf.bat.txt`.
 */
export function offeredName(fileName: string, contentType: string): string {
  // Not every client removes folders and control characters, as browsers do. Windows drops dots and blanks at the end.
  const name = fileName.replace(/[/\\\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '_').replace(/[. ]+$/u, '') || 'file'
  const type = canonicalType(contentType)
  const own = hasOwnEnding(name, contentType)
  const ending = own ? endingOf(name) : (ADDED[type] ?? endingsOf(type)?.[0] ?? 'bin')
  if (ending === undefined) return cut(name, MOST_BYTES)
  const stem = own ? name.slice(0, -ending.length - 1) : name
  return `${cut(stem, MOST_BYTES - Buffer.byteLength(ending) - 1)}.${ending}`
}

/**
 * Whether a name has no ending, or an ending of its type. For a type that is not in the table, which only a
 * deployment's own list allows, every ending is accepted that no desktop runs.
 */
export function hasOwnEnding(fileName: string, contentType: string): boolean {
  const ending = endingOf(fileName)?.toLowerCase()
  if (ending === undefined) return true
  return endingsOf(canonicalType(contentType))?.includes(ending) ?? !PROGRAMS.has(ending)
}

/** Whether a desktop would run a file with this name, although its type is not a program. */
export const isNamedAsProgram = (fileName: string, contentType: string): boolean =>
  PROGRAMS.has(endingOf(fileName)?.toLowerCase() ?? '') && !hasOwnEnding(fileName, contentType)

/** Returns the ending as Windows sees it, which drops dots and blanks at a name's end. */
const endingOf = (name: string): string | undefined => /\.([^. ]+)[. ]*$/u.exec(name)?.[1]

const endingsOf = (type: string): readonly string[] | undefined => ENDINGS[type] ?? ENDINGS[type.replace(/\/.*/, '/*')]

/** Returns the longest beginning of whole characters that fits into this many bytes of UTF-8. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(segment) > bytes) break
    kept += segment
  }
  return kept
}
