import { changeRow, type Erasure, type StoredRow } from '../entities/erasure.ts'
import { forgetMessage, type ReactionCounts, type ThreadCount } from '../entities/message.ts'
import { namedUsers } from '../entities/named-users.ts'
import { everyReaction, removeReaction } from '../entities/reaction.ts'
import { everyReply, putReply, removeReply } from '../entities/thread-reply.ts'
import { rollUpReactions } from '../rooms/roll-up-reactions.ts'
import { rollUpThread } from '../rooms/roll-up-thread.ts'
import { type Erasures, mentionsWithout, renamed } from './renamed.ts'

/**
 * Removes erased users from a message: as its sender, or where it names them. The message's version stays the same,
 * because `userErased` informs everybody at once. Only the removal of reactions is a change that everybody receives.
 * What belongs to a deleted message is deleted after the record of its deletion.
 *
 * @returns the user id of the sender, if the sender was erased
 */
export async function forgetInMessage(row: StoredRow, erasures: Erasures, now: number): Promise<readonly string[]> {
  const said = speakerOf(row, erasures)
  const isGone = said !== undefined && (await forgetSaid(row, said, now))
  if (!isGone) {
    const to = { ...renamed(row, namedUsers.Message?.others ?? [], erasures), ...mentionsWithout(row, erasures) }
    if (Object.keys(to).length > 0) await changeRow(row, to)
  }
  await forgetReactions(row, erasures)
  await forgetReplies(row, erasures)
  return said === undefined ? [] : [said.userId]
}

/**
 * Returns the ids under which rows may name the user. A `delete` erasure also finds the id that replaced the user's
 * earlier.
 */
const namesIn = ({ userId, erasedAs, erasure }: Erasure): string[] =>
  erasure === 'delete' ? [userId, erasedAs] : [userId]

/**
 * Returns the erasure of the sender. A user who was anonymised earlier and is deleted now is found by the replacing id.
 */
function speakerOf({ SenderId, Kind }: StoredRow, erasures: Erasures): Erasure | undefined {
  const byId = erasures.get(String(SenderId))
  if (byId !== undefined || Kind === 'deleted') return byId
  return [...erasures.values()].find(({ erasure, erasedAs }) => erasure === 'delete' && erasedAs === SenderId)
}

/**
 * Removes what the erased sender wrote.
 *
 * @returns whether nothing of the row is left to change
 */
async function forgetSaid(row: StoredRow, { erasure, erasedAs, userId }: Erasure, now: number): Promise<boolean> {
  if (erasure === 'anonymise' && row.Kind !== 'deleted') {
    // The guard of the send is deleted, so its id has no use.
    await changeRow(row, {
      SenderId: erasedAs,
      ...(row.ClientMessageId !== undefined && { ClientMessageId: undefined }),
    })
    return false
  }
  await forgetMessage(
    { chatRoomId: String(row.ChatRoomId), messageId: String(row.MessageId) },
    { userId, erasedAs, deletedAt: now },
  )
  return true
}

/**
 * Removes the erased users' reactions right away, because the message must not show them until the scan reaches their
 * rows.
 */
async function forgetReactions(row: StoredRow, erasures: Erasures): Promise<void> {
  const counts = (row.Reactions ?? []) as ReactionCounts
  if (!counts.some(({ userIds }) => userIds.some((userId) => erasures.has(userId)))) return
  const message = { chatRoomId: String(row.ChatRoomId), messageId: String(row.MessageId) }
  const theirs = (await everyReaction(message)).filter(({ userId }) => erasures.has(userId))
  await Promise.all(theirs.map(removeReaction))
  await rollUpReactions(message)
}

/**
 * Removes or renames their replies in a thread, because the root shows who wrote the last ones. In an import, the root
 * may still have the former id.
 */
async function forgetReplies(row: StoredRow, erasures: Erasures): Promise<void> {
  const count = row.Thread as ThreadCount | undefined
  const names = new Set([...erasures.values()].flatMap(namesIn))
  if (!count?.lastUserIds.some((userId) => names.has(userId))) return
  const thread = { chatRoomId: String(row.ChatRoomId), threadId: String(row.MessageId) }
  await Promise.all(
    (await everyReply(thread)).map(async (reply) => {
      const by = erasures.get(reply.senderId)
      if (by === undefined) return undefined
      return by.erasure === 'delete' ? removeReply(reply) : putReply({ ...reply, senderId: by.erasedAs })
    }),
  )
  await rollUpThread(thread)
}
