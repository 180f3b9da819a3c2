import { getMembers } from '../entities/membership.ts'
import { deleteMentions, type Mentioning, putMentions } from '../entities/mention.ts'
import { getMessage, mentionsIn } from '../entities/message.ts'

/**
 * Makes the `Mention` rows of some users agree with a message. The message and the memberships are read as they are
 * now, so this may run late or more than once. Only users who are members at that time get a row. AP21, AP109, AP110,
 * AP119.
 *
 * @param named the users whom the message has begun or ceased to mention
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
