import { type Kind, kinds, type Row } from '../../src/archive/kinds.ts'
import { type Line, rowOf } from '../../src/archive/line.ts'
import { ChatRoomDetails, type DetailsRow } from '../../src/entities/chat-room-details.ts'
import { newJoinId } from '../../src/entities/join-id.ts'
import { addMember, type MembershipRow } from '../../src/entities/membership.ts'
import type { MessageRow } from '../../src/entities/message.ts'
import { putReply } from '../../src/entities/thread-reply.ts'

/**
 * What happened to a line: it was written; a row of an earlier run, or one that users have changed since, existed and
 * stays; or it can't be written.
 */
export type Outcome = 'written' | 'there' | { refused: string }

/** Writes a row unless it exists. */
async function create({ entity }: Kind, row: Row): Promise<{ there?: Row }> {
  const { rejected, data } = await entity.create(row).go({ returnOnConditionCheckFailure: 'all_old' })
  return rejected ? { there: data ?? {} } : {}
}

async function putMember(row: Row): Promise<Outcome> {
  const membership = { ...row, joinId: newJoinId(), imported: true } as unknown as MembershipRow
  const added = await addMember(membership)
  if (added === 'added') return 'written'
  return added === 'already' ? 'there' : { refused: `${membership.userId} is banned there` }
}

async function putMessage(row: Row): Promise<Outcome> {
  const message = { ...row, imported: true } as unknown as MessageRow
  const { there } = await create(kinds.message, { ...message })
  const isAnother = there !== undefined && (there.senderId !== row.senderId || there.timestamp !== row.timestamp)
  if (isAnother) return { refused: `another message is at ${message.messageId}` }
  const { chatRoomId, threadId, messageId, senderId, timestamp: at } = message
  if (threadId !== undefined && message.kind !== 'deleted')
    await putReply({ chatRoomId, threadId, messageId, senderId, at })
  return there === undefined ? 'written' : 'there'
}

/**
 * Writes a room's details unless it has some. A row of which only the number of members is known is none: somebody has
 * joined the room before this line was written.
 */
async function putDetails(row: Row): Promise<Outcome> {
  const details = { ...row, imported: true } as unknown as DetailsRow
  const { rejected } = await ChatRoomDetails.put(details)
    .where(
      ({ changes, settings, imported }, { notExists }) =>
        `${notExists(changes)} OR (${notExists(settings)} AND ${notExists(imported)})`,
    )
    .go({ returnOnConditionCheckFailure: true })
  return rejected ? 'there' : 'written'
}

/** Kinds whose stream record would cause an event. Their rows are marked as imported. */
const toldOf = new Set(['reaction', 'audit', 'readState', 'profile'])

/** Writes the row of a line, unless it exists. May be repeated. Not for rooms, which must exist before. */
export async function putLine(line: Line): Promise<Outcome> {
  const row = rowOf(line)
  if (line.type === 'member') return putMember(row)
  if (line.type === 'message') return putMessage(row)
  if (line.type === 'roomDetails') return putDetails(row)
  const { there } = await create(kinds[line.type], toldOf.has(line.type) ? { ...row, imported: true } : row)
  return there === undefined ? 'written' : 'there'
}
