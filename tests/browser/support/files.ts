import { png } from '../../support/upload-form.ts'

/** A file as a browser receives it. */
export interface GivenFile {
  name: string
  mimeType: string
  buffer: Buffer
}

export const picture: GivenFile = { name: 'dot.png', mimeType: 'image/png', buffer: png }

/** A file of a type that no room accepts. */
export const program: GivenFile = {
  name: 'setup.exe',
  mimeType: 'application/x-msdownload',
  buffer: Buffer.from('MZ'),
}

export const table: GivenFile = {
  name: 'tea, by month.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from('month,pots\nMay,31\n'),
}
