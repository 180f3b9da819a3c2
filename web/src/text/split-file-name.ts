import { printableName } from '../../../client/index.ts'
import { words } from '../language/words.ts'

/** Splits a file's name for display into name and extension, so that a long name isn't cut off at its extension. */
export function splitFileName(fileName: string): { stem: string; ending: string } {
  const name = printableName(fileName) || words.file
  const [, stem = name, ending = ''] = /^(.+?)(\.[^.\s]{1,12})$/u.exec(name) ?? []
  return { stem, ending }
}
