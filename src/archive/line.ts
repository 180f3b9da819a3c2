import { type Kind, kindNameOf, type KindName, kinds, type Row } from './kinds.ts'

/** A line of an archive. */
export type Line = Row & { type: KindName }

const ENTITY = '__edb_e__'

/**
 * The line of a stored item; undefined for what is in no archive: another kind of row, a place without a message, what
 * has expired, and what passes by itself unless it is asked for.
 *
 * @param now epoch milliseconds
 */
export function lineOf(item: Row, now: number, { passing = false }: { passing?: boolean } = {}): Line | undefined {
  const type = kindNameOf.get(String(item[ENTITY]))
  const expiresAt = item.expiresAt as number | undefined
  if (type === undefined || (expiresAt !== undefined && expiresAt * 1_000 <= now)) return undefined
  const kind: Kind = kinds[type]
  if (kind.passing && !passing) return undefined
  const { data } = kind.entity.parse({ Item: item })
  if (!data || data.kind === 'hole') return undefined
  const kept = Object.entries(data).filter(([name, value]) => value !== undefined && !kind.without.includes(name))
  const row = Object.fromEntries(
    kept.map(([name, value]) => [name, kind.json.includes(name) ? (JSON.parse(value as string) as unknown) : value]),
  )
  return { type, ...kind.toLine(row) }
}

/** The row of a line that was checked. */
export function rowOf({ type, ...line }: Line): Row {
  const kind: Kind = kinds[type]
  return kind.toRow(
    Object.fromEntries(
      Object.entries(line).map(([name, value]) => [name, kind.json.includes(name) ? JSON.stringify(value) : value]),
    ),
  )
}
