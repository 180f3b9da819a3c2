import type { MessageRow } from '../entities/message.ts'

/** Bytes of rows, as JSON. */
export const rowBytes = (rows: readonly MessageRow[]): number =>
  rows.reduce((sum, row) => sum + Buffer.byteLength(JSON.stringify(row)), 0)
