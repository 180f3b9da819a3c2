/** Media types that browsers don't know, by the ending of the file name. */
const OFFICE = 'application/vnd.openxmlformats-officedocument.'
const TYPES = new Map([
  ['avif', 'image/avif'],
  ['csv', 'text/csv'],
  ['doc', 'application/msword'],
  ['docx', `${OFFICE}wordprocessingml.document`],
  ['flac', 'audio/flac'],
  ['gz', 'application/gzip'],
  ['heic', 'image/heic'],
  ['json', 'application/json'],
  ['m4a', 'audio/mp4'],
  ['md', 'text/markdown'],
  ['mkv', 'video/matroska'],
  ['opus', 'audio/ogg'],
  ['pptx', `${OFFICE}presentationml.presentation`],
  ['webm', 'video/webm'],
  ['webp', 'image/webp'],
  ['xlsx', `${OFFICE}spreadsheetml.sheet`],
  ['zip', 'application/zip'],
])

/** Returns the media type to declare: the browser's, one by the name, `text/plain` for a text, otherwise undefined. */
export async function fileType(file: Pick<File, 'name' | 'type' | 'arrayBuffer'>): Promise<string | undefined> {
  const [declared = ''] = file.type.split(';')
  if (declared.trim() !== '') return declared.trim().toLowerCase()
  const ending = /\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase() ?? ''
  const known = TYPES.get(ending)
  if (known !== undefined) return known
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer())
    return 'text/plain'
  } catch {
    return undefined
  }
}

const PREVIEWED = /^image\/(png|jpeg|gif|webp|avif|bmp)$/

/** Whether browsers show a type as a picture without running code. */
export const isPicture = (contentType: string): boolean => PREVIEWED.test(contentType)
