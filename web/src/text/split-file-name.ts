import { printableName } from '../../../client/index.ts'
import { words } from '../language/words.ts'

/** Returns a file's name as it is shown, its ending apart: what is cut off of a long name is never its ending. */
export function splitFileName(fileName: string): { stem: string; ending: string } {
  const name = printableName(fileName) || words.file
  const [, stem = name, ending = ''] = /^(.+?)(\.[^.\s]{1,12})$/u.exec(name) ?? []
  return { stem, ending }
}
