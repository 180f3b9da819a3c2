import { canonicalType } from '../../../client/index.ts'

/** Media types by file extension, for files whose type the browser doesn't know or gets wrong. */
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

/** The media types that operating systems use for files of unknown type. */
const UNKNOWN = ['', 'application/octet-stream', 'binary/octet-stream', 'application/unknown', 'application/x-unknown']

/** Executable programs are never declared as text, even if they contain only text. */
const PROGRAM = /msdownload|msdos|dosexec|executable|x-msi\b|java-archive|x-elf|x-mach-binary/

/** How many bytes of a file are read to find out whether it is text. */
const SAMPLE = 16_384

type Sliceable = Pick<File, 'name' | 'type' | 'slice'>

/**
 * Returns the media type to declare for a file. The browser's type is only a hint, because it comes from the operating
 * system and depends on the installed programs.
 *
 * @param isAccepted whether the deployment accepts a type
 * @returns undefined if the deployment accepts none of the types that the file may have
 */
export async function fileType(file: Sliceable, isAccepted: (type: string) => boolean): Promise<string | undefined> {
  const given = file.type.split(';')[0]!.trim().toLowerCase()
  const declared = UNKNOWN.includes(given) ? undefined : canonicalType(given)
  const named = TYPES.get(/\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '')
  // `.ts` is a video on some systems and TypeScript on others. No video begins like a text.
  if (declared !== undefined && isAccepted(declared) && !/^(audio|video)\//.test(declared)) return declared
  const isProgram = declared !== undefined && PROGRAM.test(declared)
  // If a deployment refuses a type of text, the file isn't declared as another one.
  const isRefusedText = declared?.startsWith('text/') ?? false
  const text = named?.startsWith('text/') || named === 'application/json' ? named : 'text/plain'
  const candidates = [
    ...(declared === undefined && named !== undefined ? [named] : []),
    ...(!isProgram && !isRefusedText && (await isText(file)) ? [text, 'text/plain'] : [declared]),
    ...(isProgram ? [] : [named]),
  ]
  return candidates.find((type) => type !== undefined && isAccepted(type))
}

/** Whether a file begins like a text in UTF-8 or UTF-16. */
async function isText(file: Pick<File, 'slice'>): Promise<boolean> {
  const bytes = new Uint8Array(await file.slice(0, SAMPLE).arrayBuffer())
  const isUtf16 = (bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe)
  try {
    // The last character of the sample may be cut off. With `stream` that isn't an error.
    const text = new TextDecoder(isUtf16 ? 'utf-16' : 'utf-8', { fatal: !isUtf16 }).decode(bytes, { stream: true })
    return isUtf16 || !/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text)
  } catch {
    return false
  }
}

const PREVIEWED = /^image\/(png|jpeg|gif|webp|avif|bmp)$/

/** Whether browsers show a type as a picture without running code. */
export const isPicture = (contentType: string): boolean => PREVIEWED.test(contentType)
