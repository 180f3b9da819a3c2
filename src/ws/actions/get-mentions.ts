import * as z from 'zod/mini'
import { getRooms } from '../../entities/chat-room.ts'
import { getMemberships } from '../../entities/membership.ts'
import { mentionOfPlace, mentionsOf, placeOfMention } from '../../entities/mention.ts'
import { seqOf } from '../../entities/message.ts'
import { MAX_MENTIONS_PAGE } from '../../protocol/limits.ts'
import { ChatRoomId } from '../../protocol/scalars.ts'
import { isReadable } from '../../rooms/admission.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

const Place = z
  .string()
  .check(z.refine((text) => /^\d{13}#[^#]+#\d{16}$/.test(text) && ChatRoomId.safeParse(text.split('#')[1]).success))

/**
 * Returns where the caller was mentioned, the newest first. Mentions in rooms that the caller has just left, and of
 * cleared messages, may still have rows; they are not shown. AP6, AP9, AP111.
 */
export const getMentions = action('getMentions', async ({ cursor }, { userId }) => {
  const place = readCursor(cursor, Place)
  const before = place === undefined ? {} : { before: mentionOfPlace(place) }
  const now = Date.now()
  const page = await mentionsOf(userId, { ...before, limit: MAX_MENTIONS_PAGE }, now)
  const ids = [...new Set(page.mentions.map(({ chatRoomId }) => chatRoomId))]
  const [rooms, memberships] = await Promise.all([getRooms(ids), getMemberships(userId, ids)])
  const mentions = page.mentions
    .filter((mention) => {
      const [room, membership] = [rooms.get(mention.chatRoomId), memberships.get(mention.chatRoomId)]
      // The mention's row expires at another time than the message.
      const said = { messageId: mention.messageId, timestamp: mention.timestamp }
      return room && membership && isReadable({ room, membership }, said, now)
    })
    .map(({ chatRoomId, messageId, senderId, timestamp }) => {
      return { chatRoomId, messageId, seq: seqOf({ messageId }), senderId, timestamp }
    })
  return writeCursor({ mentions, ...(page.next && { nextCursor: placeOfMention(page.next) }) })
})
