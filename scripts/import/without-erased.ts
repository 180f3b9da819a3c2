import { kinds } from '../../src/archive/kinds.ts'
import type { Line } from '../../src/archive/line.ts'
import { type Erasure, erasuresOf } from '../../src/entities/erasure.ts'
import { forgotten, type MessageRow } from '../../src/entities/message.ts'
import { namedUsers } from '../../src/entities/named-users.ts'
import { directNameWithout } from '../../src/janitor/direct-name-without.ts'
import type { Erasures } from '../../src/janitor/renamed.ts'
import { isDirectRoomId } from '../../src/protocol/room-id.ts'

/**
 * Removes the users who were erased here from lines, as the erasure would have done: leaves out what belonged to them,
 * and replaces their ids where they are named. AP145.
 *
 * @returns `met`: the erased users whom the lines named
 */
export async function withoutErased(lines: readonly Line[], now: number): Promise<{ lines: Line[]; met: Erasure[] }> {
  const found = await erasuresOf(lines.flatMap(usersIn))
  const met = found.filter((one): one is Erasure => one.erasedAs !== undefined && one.erasure !== undefined)
  if (met.length === 0) return { lines: [...lines], met }
  const erasures = new Map(met.map((erasure) => [erasure.userId, erasure]))
  return { lines: lines.flatMap((line) => forgetInLine(line, erasures, now) ?? []), met }
}

type Counts = { count: number; userIds: string[] }[]
type Thread = { lastUserIds: string[] }

/** Returns the names of a line's attributes whose database fields are among `fields`. */
function namesOf({ type }: Line, fields: readonly string[]): string[] {
  const { attributes } = kinds[type].entity.schema
  return Object.keys(attributes).filter((name) => fields.includes(attributes[name]!.field))
}

const namedIn = ({ type }: Line) => namedUsers[kinds[type].entity.schema.model.entity] ?? {}

/**
 * Handled separately: a message's sender, and the user of a read state or profile, which is a key without a field of
 * its own.
 */
const OWN = ['SenderId', 'UserId']

function usersIn(line: Line): string[] {
  const { owners = [], others = [], speaker } = namedIn(line)
  const names = namesOf(line, [...owners, ...others, ...OWN, ...(speaker === undefined ? [] : [speaker])])
  const single = [...names.map((name) => line[name]), line.userId].filter((one) => typeof one === 'string')
  if (line.type === 'room') return [...single, ...usersInName(line)]
  const { mentions = [], reactions = [], thread } = line as { mentions?: string[]; reactions?: Counts; thread?: Thread }
  return [...single, ...mentions, ...reactions.flatMap(({ userIds }) => userIds), ...(thread?.lastUserIds ?? [])]
}

/**
 * Returns all ids that the name of a direct room may contain, because an id may contain the separator. An id that was
 * cut off is found through its member's line, and the job replaces it.
 */
function usersInName({ chatRoomId, roomName }: Line): string[] {
  if (!isDirectRoomId(String(chatRoomId))) return []
  const parts = String(roomName).split(', ')
  return parts
    .flatMap((_, i) => [parts.slice(0, i + 1).join(', '), parts.slice(i).join(', ')])
    .filter((id) => id !== '')
}

/** @returns undefined if the line is left out */
function forgetInLine(line: Line, erasures: Erasures, now: number): Line | undefined {
  const { owners = [], others = [], speaker, partition } = namedIn(line)
  const isTheirs = (fields: readonly string[]) => namesOf(line, fields).some((name) => erasures.has(String(line[name])))
  // The record of the erasure itself stays as it is here.
  const isKeyed = (partition !== undefined || line.type === 'profile') && erasures.has(String(line.userId))
  if (isKeyed || isTheirs(owners)) return undefined
  if (line.type === 'message') return forgetInMessage(line, erasures, now)
  const said = speaker === undefined ? [] : [speaker]
  const isSilenced = namesOf(line, said).some((name) => erasures.get(String(line[name]))?.erasure === 'delete')
  if (isSilenced) return undefined
  const named = { ...line, ...renamedIn(line, [...others, ...said], erasures) }
  if (line.type !== 'room' || !isDirectRoomId(String(line.chatRoomId))) return named
  return { ...named, roomName: directNameWithout(String(line.roomName), erasures) }
}

const renamedIn = (line: Line, fields: readonly string[], erasures: Erasures): Partial<Line> =>
  Object.fromEntries(
    namesOf(line, fields).flatMap((name) => {
      const erasure = erasures.get(String(line[name]))
      return erasure === undefined ? [] : [[name, erasure.erasedAs]]
    }),
  )

function forgetInMessage(line: Line, erasures: Erasures, now: number): Line {
  const sender = erasures.get(String(line.senderId))
  const isGone = sender !== undefined && (sender.erasure === 'delete' || line.kind === 'deleted')
  const left: Line = isGone
    ? { type: 'message', ...forgotten(line as unknown as MessageRow, { ...sender, deletedAt: now }) }
    : { ...line }
  if (sender !== undefined) delete left.clientMessageId
  const { mentions, reactions, thread } = left as { mentions?: string[]; reactions?: Counts; thread?: Thread }
  const isKept = (userId: string) => !erasures.has(userId)
  const nameOf = (userId: string) => erasures.get(userId)?.erasedAs ?? userId
  return {
    ...left,
    ...renamedIn(left, [...(namedUsers.Message?.others ?? []), 'SenderId'], erasures),
    ...(mentions && { mentions: mentions.filter(isKept) }),
    ...(reactions && { reactions: reactions.flatMap((one) => withoutThem(one, isKept)) }),
    // The job counts how many of the replies are gone.
    ...(thread && { thread: { ...thread, lastUserIds: thread.lastUserIds.map(nameOf) } }),
  }
}

function withoutThem<C extends Counts[number]>(one: C, isKept: (userId: string) => boolean): C[] {
  const userIds = one.userIds.filter(isKept)
  const count = one.count - (one.userIds.length - userIds.length)
  return count > 0 ? [{ ...one, count, userIds }] : []
}
