import { getMembers } from '../entities/membership.ts'
import { deleteMentions, type Mentioning, putMentions } from '../entities/mention.ts'
import { getMessage, mentionsIn } from '../entities/message.ts'

/**
 * Makes the rows of some users agree with a message that named them, or names them no more. The message and the
 * memberships are read as they are now, so it does not matter how often or how late this is done: only who is a member
 * then is told of a mention. AP21, AP109, AP110, AP119.
 *
 * @param named those whose mention has come or gone
 */
export async function keepMentions(
  { chatRoomId, messageId, timestamp }: Omit<Mentioning, 'senderId'>,
  named: readonly string[],
): Promise<void> {
  const message = await getMessage(chatRoomId, messageId)
  const mentioned = new Set(message && mentionsIn(message))
  const wanted = named.filter((userId) => mentioned.has(userId))
  const members = new Set((await getMembers(chatRoomId, wanted)).map(({ userId }) => userId))
  const told = wanted.filter((userId) => members.has(userId))
  await Promise.all([
    message && putMentions({ chatRoomId, messageId, timestamp, senderId: message.senderId }, told),
    deleteMentions(
      { chatRoomId, messageId, timestamp },
      named.filter((userId) => !told.includes(userId)),
    ),
  ])
}
