import { type Kind, kinds } from './kinds.ts'
import type { Line } from './line.ts'

/** In place of another user's id that a line can't do without. */
const ANOTHER = '(another)'

/** Whether a line is of what is this user's: theirs, by them or about them. */
export function isOwnLine(line: Line, userId: string): boolean {
  const { owners }: Kind = kinds[line.type]
  return owners.some((name) => line[name] === userId)
}

/** The same line without who others are: a copy of somebody's data must not have that of others (GDPR, 15 (4)). */
export function ownLine(line: Line, userId: string): Line {
  const { entity, others }: Kind = kinds[line.type]
  const entries = Object.entries(line).flatMap(([name, value]) => {
    if (!others.includes(name) || value === userId) return [[name, value] as const]
    return entity.schema.attributes[name]?.required === true ? [[name, ANOTHER] as const] : []
  })
  return Object.fromEntries(entries) as Line
}
