import * as z from 'zod/mini'
import { placeOfReacted, reactedOfPlace, reactionsOf } from '../../entities/reaction.ts'
import { defined } from '../../protocol/defined.ts'
import { readableMessage } from '../../rooms/readable-message.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

const PAGE = 100

/** A reaction and a user id. DynamoDB refuses a range that starts outside the page's keys. */
const Place = z.string().check(
  z.regex(/^[^#]{1,192}#[^]{1,256}$/u),
  z.refine<string>((text) => text.isWellFormed() && !/\p{Noncharacter_Code_Point}/u.test(text)),
)

/** Returns who reacted to a message and how, ordered by reaction and user. AP5, AP8, AP21, AP71, AP101. */
export const getReactions = action('getReactions', async (input, caller) => {
  const { chatRoomId, messageId, reaction, cursor } = input
  const place = readCursor(cursor, Place)
  const message = await readableMessage(caller, { chatRoomId, messageId }, 'read', Date.now())
  const after = place === undefined ? undefined : reactedOfPlace(place)
  const page = await reactionsOf(message, { limit: PAGE, ...defined({ reaction, after }) })
  const reactions = page.reactions.map(({ reaction, userId, at }) => ({ reaction, userId, timestamp: at }))
  return writeCursor({ reactions, ...(page.next === undefined ? {} : { nextCursor: placeOfReacted(page.next) }) })
})
