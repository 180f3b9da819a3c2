import type { Item, Row } from './rows.ts'

/** Neighbouring rows that are laid out, or left alone, together. */
export interface Chunk {
  key: string
  rows: Row[]
}

/** Numbers of messages that share a chunk: the same ones whatever else is loaded, so that a page changes few chunks. */
const SPAN = 64

/** Parts a long list, so that what isn't near what is looked at costs nothing. */
export function chunksOf(rows: readonly Row[]): Chunk[] {
  const chunks: Chunk[] = []
  /** Lines that stand before a group go with it. */
  let before: Row[] = []
  for (const row of rows) {
    before.push(row)
    if (row.kind !== 'group') continue
    const span = spanOf(row.items[0]!)
    const last = chunks.at(-1)
    const key = span === undefined ? (last?.key ?? 'chunk') : `chunk-${span}`
    if (last?.key === key) last.rows.push(...before)
    else chunks.push({ key, rows: before })
    before = []
  }
  const last = chunks.at(-1)
  if (last) last.rows.push(...before)
  else if (before.length > 0) chunks.push({ key: 'chunk', rows: before })
  return chunks
}

const spanOf = (item: Item): number | undefined => ('message' in item ? Math.floor(item.message.seq / SPAN) : undefined)

/** Whether both look the same. */
export const isSameChunk = (a: Chunk, b: Chunk): boolean =>
  a.key === b.key && a.rows.length === b.rows.length && a.rows.every((row, index) => isSameRow(row, b.rows[index]!))

export function isSameRow(a: Row, b: Row): boolean {
  if (a.key !== b.key) return false
  if (a.kind !== 'group' || b.kind !== 'group') return true
  return a.items.length === b.items.length && a.items.every((item, index) => isSameItem(item, b.items[index]!))
}

const isSameItem = (a: Item, b: Item): boolean =>
  'message' in a ? 'message' in b && a.message === b.message : 'pending' in b && a.pending === b.pending
