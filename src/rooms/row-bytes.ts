import type { MessageRow } from '../entities/message.ts'

/** Returns the size of rows as JSON, in bytes. */
export const rowBytes = (rows: readonly MessageRow[]): number =>
  rows.reduce((sum, row) => sum + Buffer.byteLength(JSON.stringify(row)), 0)
