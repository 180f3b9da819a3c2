import { type Kind, kindNameOf, type KindName, kinds, type Row } from './kinds.ts'

/** A line of an archive. */
export type Line = Row & { type: KindName }

const ENTITY = '__edb_e__'

/**
 * Returns the line of a stored item. Returns undefined for items that are in no archive: other kinds of rows, holes,
 * expired rows, and, unless `passing` is set, rows that expire soon anyway.
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
  // In the order of the entity, because DynamoDB keeps none. Equal rows thus have equal lines.
  const names = Object.keys(kind.entity.schema.attributes).filter((name) => !kind.without.includes(name))
  const row = Object.fromEntries(
    names
      .filter((name) => data[name] !== undefined)
      .map((name) => [
        name,
        kind.json.includes(name) ? (JSON.parse(data[name] as string) as unknown) : inOrder(data[name]),
      ]),
  )
  return { type, ...kind.toLine(row) }
}

/** Returns the row of a line that was validated. */
export function rowOf({ type, ...line }: Line): Row {
  const kind: Kind = kinds[type]
  return kind.toRow(
    Object.fromEntries(
      Object.entries(line).map(([name, value]) => [name, kind.json.includes(name) ? JSON.stringify(value) : value]),
    ),
  )
}

/** Returns a value with the keys of its maps in alphabetical order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inner]) => [name, inOrder(inner)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
