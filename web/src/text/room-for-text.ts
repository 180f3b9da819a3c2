import type { Limits } from '../../../client/index.ts'
import { words } from '../language/words.ts'

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** Returns how many more characters of the same kind fit into a message. Negative if it is too long. */
export function roomForText(text: string, { contentBytes }: Pick<Limits, 'contentBytes'>): number {
  if (text === '') return contentBytes
  const bytes = bytesOf(text)
  const room = ((contentBytes - bytes) / bytes) * text.length
  return room < 0 ? Math.floor(room) : Math.trunc(room)
}

/** `12 characters left`, `1 character too long`. */
export function roomSentence(room: number): string {
  return room < 0 ? words.charactersOver(-room) : words.charactersLeft(room)
}

/** Whether a text is short enough for the caption of a file. */
export const isCaption = (text: string, { captionBytes }: Pick<Limits, 'captionBytes'>): boolean =>
  bytesOf(text) <= captionBytes
