import { canonicalType } from '../../../client/index.ts'

/** Media types by the ending of the file name, for files that the browser calls nothing, or something odd. */
const OFFICE = 'application/vnd.openxmlformats-officedocument.'
const TYPES = new Map([
  ['3gp', 'video/3gpp'],
  ['aac', 'audio/aac'],
  ['aif', 'audio/aiff'],
  ['aiff', 'audio/aiff'],
  ['amr', 'audio/amr'],
  ['avi', 'video/x-msvideo'],
  ['avif', 'image/avif'],
  ['bmp', 'image/bmp'],
  ['csv', 'text/csv'],
  ['doc', 'application/msword'],
  ['docx', `${OFFICE}wordprocessingml.document`],
  ['flac', 'audio/flac'],
  ['gif', 'image/gif'],
  ['gz', 'application/gzip'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['ico', 'image/x-icon'],
  ['jfif', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['json', 'application/json'],
  ['m4a', 'audio/mp4'],
  ['m4v', 'video/mp4'],
  ['md', 'text/markdown'],
  ['mkv', 'video/x-matroska'],
  ['mid', 'audio/midi'],
  ['mov', 'video/quicktime'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['mpeg', 'video/mpeg'],
  ['mpg', 'video/mpeg'],
  ['mts', 'video/mp2t'],
  ['oga', 'audio/ogg'],
  ['ogg', 'audio/ogg'],
  ['ogv', 'video/ogg'],
  ['opus', 'audio/ogg'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['ppt', 'application/vnd.ms-powerpoint'],
  ['pptx', `${OFFICE}presentationml.presentation`],
  ['svg', 'image/svg+xml'],
  ['tgz', 'application/gzip'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
  ['txt', 'text/plain'],
  ['wav', 'audio/wav'],
  ['webm', 'video/webm'],
  ['webp', 'image/webp'],
  ['wma', 'audio/x-ms-wma'],
  ['wmv', 'video/x-ms-wmv'],
  ['xls', 'application/vnd.ms-excel'],
  ['xlsx', `${OFFICE}spreadsheetml.sheet`],
  ['zip', 'application/zip'],
])

/** What systems say that don't know a file's type. */
const UNKNOWN = ['', 'application/octet-stream', 'binary/octet-stream', 'application/unknown', 'application/x-unknown']

/** Programs are never declared as text, however few their bytes are. */
const PROGRAM = /msdownload|msdos|dosexec|executable|x-msi\b|java-archive|x-elf|x-mach-binary/

/** As much of a file is looked at as shows whether it is text, bytes. */
const SAMPLE = 16_384

type Sliceable = Pick<File, 'name' | 'type' | 'slice'>

/**
 * Returns the media type to declare for a file. The browser's name for it is only a hint: it comes from the system, and
 * depends on which programs are installed.
 *
 * @param isAccepted whether the deployment accepts a type
 * @returns undefined when no type is accepted that the file may have
 */
export async function fileType(file: Sliceable, isAccepted: (type: string) => boolean): Promise<string | undefined> {
  const given = file.type.split(';')[0]!.trim().toLowerCase()
  const declared = UNKNOWN.includes(given) ? undefined : canonicalType(given)
  const named = TYPES.get(/\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '')
  // `.ts` is a film on some systems, and a program's source everywhere else. No film begins like a text.
  if (declared !== undefined && isAccepted(declared) && !/^(audio|video)\//.test(declared)) return declared
  const isProgram = declared !== undefined && PROGRAM.test(declared)
  // A deployment that refuses a type of text means it.
  const isRefusedText = declared?.startsWith('text/') ?? false
  const text = named?.startsWith('text/') || named === 'application/json' ? named : 'text/plain'
  const candidates = [
    ...(declared === undefined && named !== undefined ? [named] : []),
    ...(!isProgram && !isRefusedText && (await isText(file)) ? [text, 'text/plain'] : [declared]),
    ...(isProgram ? [] : [named]),
  ]
  return candidates.find((type) => type !== undefined && isAccepted(type))
}

/** Whether a file begins as a text in UTF-8 or UTF-16 does. */
async function isText(file: Pick<File, 'slice'>): Promise<boolean> {
  const bytes = new Uint8Array(await file.slice(0, SAMPLE).arrayBuffer())
  const isUtf16 = (bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe)
  try {
    // The last character of the sample may be cut: `stream` waits for the rest of it.
    const text = new TextDecoder(isUtf16 ? 'utf-16' : 'utf-8', { fatal: !isUtf16 }).decode(bytes, { stream: true })
    return isUtf16 || !/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text)
  } catch {
    return false
  }
}

const PREVIEWED = /^image\/(png|jpeg|gif|webp|avif|bmp)$/

/** Whether browsers show a type as a picture without running code. */
export const isPicture = (contentType: string): boolean => PREVIEWED.test(contentType)
