import type { Erasure, StoredRow } from '../entities/erasure.ts'

/** Who is being erased, by user id. */
export type Erasures = ReadonlyMap<string, Erasure>

/** The fields that name an erased user, and what they say from now on. */
export function renamed(row: StoredRow, fields: readonly string[], erasures: Erasures): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const erasure = erasures.get(String(row[field]))
      return erasure === undefined ? [] : [[field, erasure.erasedAs]]
    }),
  )
}

/** What a list of users is without those who are erased, as it is stored: as JSON. */
export function mentionsWithout(row: StoredRow, erasures: Erasures): Record<string, unknown> {
  const before = JSON.parse((row.Mentions as string | undefined) ?? '[]') as string[]
  const after = before.filter((userId) => !erasures.has(userId))
  if (after.length === before.length) return {}
  return { Mentions: after.length === 0 ? undefined : JSON.stringify(after) }
}
