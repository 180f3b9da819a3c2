/** The kinds of files that have an icon. */
export type FileKind = 'picture' | 'sound' | 'film' | 'table' | 'slides' | 'archive' | 'code' | 'text' | 'other'

const kinds: readonly [RegExp, FileKind][] = [
  [/^image\//, 'picture'],
  [/^audio\//, 'sound'],
  [/^video\//, 'film'],
  [/csv|tab-separated|excel|spreadsheet/, 'table'],
  [/powerpoint|presentation/, 'slides'],
  [/zip|tar$|compressed|archive/, 'archive'],
  [/json|xml$|html|javascript|css$|x-sh|yaml/, 'code'],
  [/^text\/|pdf$|word|opendocument\.text|rtf$/, 'text'],
]

/** Returns the kind of a file with this media type. */
export const fileKind = (contentType: string): FileKind =>
  kinds.find(([pattern]) => pattern.test(contentType))?.[1] ?? 'other'

/** Whether a file can be shown as a text. */
export const isReadable = (contentType: string): boolean =>
  /^(text\/|application\/(json|xml|yaml|x-yaml|javascript)$)/.test(contentType.split(';')[0]!)
