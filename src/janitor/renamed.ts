import type { Erasure, StoredRow } from '../entities/erasure.ts'

/** The users who are being erased, by user id. */
export type Erasures = ReadonlyMap<string, Erasure>

/** Returns the new values of those fields that name an erased user. */
export function renamed(row: StoredRow, fields: readonly string[], erasures: Erasures): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const erasure = erasures.get(String(row[field]))
      return erasure === undefined ? [] : [[field, erasure.erasedAs]]
    }),
  )
}

/**
 * Returns the row's mentions without the erased users, as JSON, as they are stored. Returns an empty object if nothing
 * changes.
 */
export function mentionsWithout(row: StoredRow, erasures: Erasures): Record<string, unknown> {
  const before = JSON.parse((row.Mentions as string | undefined) ?? '[]') as string[]
  const after = before.filter((userId) => !erasures.has(userId))
  if (after.length === before.length) return {}
  return { Mentions: after.length === 0 ? undefined : JSON.stringify(after) }
}
