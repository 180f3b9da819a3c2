import { changeRow, type Erasure, type StoredRow } from '../entities/erasure.ts'
import { forgetMessage, type ReactionCounts, type ThreadCount } from '../entities/message.ts'
import { namedUsers } from '../entities/named-users.ts'
import { everyReaction, removeReaction } from '../entities/reaction.ts'
import { everyReply, putReply, removeReply } from '../entities/thread-reply.ts'
import { rollUpReactions } from '../rooms/roll-up-reactions.ts'
import { rollUpThread } from '../rooms/roll-up-thread.ts'
import { type Erasures, mentionsWithout, renamed } from './renamed.ts'

/**
 * Takes erased users out of a message: what they have said, and where others' messages name them. It stays the version
 * that it is, because `userErased` tells everybody at once; but where their reactions go, everybody is told. What hangs
 * on a message that is deleted follows the record of that.
 *
 * @returns who said it, if an erased user did
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

/** What is to be deleted is found by the id that stands for them as well. */
const namesIn = ({ userId, erasedAs, erasure }: Erasure): string[] =>
  erasure === 'delete' ? [userId, erasedAs] : [userId]

/** Who was kept as somebody else once, and is to be deleted now, is found by that name. */
function speakerOf({ SenderId, Kind }: StoredRow, erasures: Erasures): Erasure | undefined {
  const byId = erasures.get(String(SenderId))
  if (byId !== undefined || Kind === 'deleted') return byId
  return [...erasures.values()].find(({ erasure, erasedAs }) => erasure === 'delete' && erasedAs === SenderId)
}

/** @returns whether nothing else is left of the row */
async function forgetSaid(row: StoredRow, { erasure, erasedAs, userId }: Erasure, now: number): Promise<boolean> {
  if (erasure === 'anonymise' && row.Kind !== 'deleted') {
    // Its guard is gone.
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

/** Their reactions go, wherever their rows are in the table: the message is not to say them until the scan is there. */
async function forgetReactions(row: StoredRow, erasures: Erasures): Promise<void> {
  const counts = (row.Reactions ?? []) as ReactionCounts
  if (!counts.some(({ userIds }) => userIds.some((userId) => erasures.has(userId)))) return
  const message = { chatRoomId: String(row.ChatRoomId), messageId: String(row.MessageId) }
  const theirs = (await everyReaction(message)).filter(({ userId }) => erasures.has(userId))
  await Promise.all(theirs.map(removeReaction))
  await rollUpReactions(message)
}

/** The same with their replies, of which the root says who wrote the last; of an import, by the name that they had. */
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
