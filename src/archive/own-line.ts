import { type Kind, kinds } from './kinds.ts'
import type { Line } from './line.ts'

/** Replaces another user's id in an attribute that a line must have. */
const ANOTHER = '(another)'

/** Whether a line belongs to this user: it is theirs, by them or about them. */
export function isOwnLine(line: Line, userId: string): boolean {
  const { owners }: Kind = kinds[line.type]
  return owners.some((name) => line[name] === userId)
}

/**
 * Returns the line without other users' ids. A copy of one user's data must not contain that of others (GDPR, 15 (4)).
 */
export function ownLine(line: Line, userId: string): Line {
  const { entity, others }: Kind = kinds[line.type]
  const entries = Object.entries(line).flatMap(([name, value]) => {
    if (!others.includes(name) || value === userId) return [[name, value] as const]
    return entity.schema.attributes[name]?.required === true ? [[name, ANOTHER] as const] : []
  })
  return Object.fromEntries(entries) as Line
}
