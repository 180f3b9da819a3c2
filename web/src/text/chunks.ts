import type { Item, Row } from './rows.ts'
import { spanOf } from './span.ts'

/** Adjacent rows that the browser lays out or skips together. */
export interface Chunk {
  key: string
  rows: Row[]
}

/** Divides a long list into chunks, so that the browser needn't lay out rows that are far out of sight. */
export function chunksOf(rows: readonly Row[]): Chunk[] {
  const chunks: Chunk[] = []
  /** The rows before a group, which belong to its chunk. */
  let before: Row[] = []
  for (const row of rows) {
    before.push(row)
    if (row.kind !== 'group') continue
    const last = chunks.at(-1)
    const first = row.items[0]!
    const key = 'message' in first ? `chunk-${spanOf(first.message.seq)}` : (last?.key ?? 'chunk')
    if (last?.key === key) last.rows.push(...before)
    else chunks.push({ key, rows: before })
    before = []
  }
  const last = chunks.at(-1)
  if (last) last.rows.push(...before)
  else if (before.length > 0) chunks.push({ key: 'chunk', rows: before })
  return chunks
}

/** The typical heights of a line and of a message, in pixels. */
const LINE_PX = 36
const MESSAGE_PX = 48

/** Estimates the height of a chunk that has not been laid out yet, in pixels. */
export const heightOf = ({ rows }: Chunk): number =>
  rows.reduce((sum, row) => sum + LINE_PX + (row.kind === 'group' ? row.items.length * MESSAGE_PX : 0), 0)

/** Whether two chunks look the same. */
export const isSameChunk = (a: Chunk, b: Chunk): boolean =>
  a.key === b.key && a.rows.length === b.rows.length && a.rows.every((row, index) => isSameRow(row, b.rows[index]!))

export function isSameRow(a: Row, b: Row): boolean {
  if (a.key !== b.key) return false
  if (a.kind !== 'group' || b.kind !== 'group') return true
  return a.items.length === b.items.length && a.items.every((item, index) => isSameItem(item, b.items[index]!))
}

const isSameItem = (a: Item, b: Item): boolean =>
  'message' in a ? 'message' in b && a.message === b.message : 'pending' in b && a.pending === b.pending
