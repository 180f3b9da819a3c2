import { type Piece, piecesOf } from './markdown.ts'

/** Without any of these characters a text has no formatting, and needn't be parsed. */
const MARKS = /[*_~`>]|^\s*(?:[-+]|\d+[.)])\s/m

/** A longer text is only parsed when it is sent. */
const LONGEST = 4_000

/** Whether a text looks different in a message than in the field. */
export const hasFormatting = (text: string): boolean =>
  text.length <= LONGEST && MARKS.test(text) && piecesOf(text).some(isFormatted)

const isFormatted = (piece: Piece): boolean =>
  piece.kind === 'paragraph' ? piece.pieces.some(isFormatted) : piece.kind !== 'text'
