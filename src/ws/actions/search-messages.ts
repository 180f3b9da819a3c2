import type { MessageRow } from '../../entities/message.ts'
import { messageEventWithFile } from '../../files/message-event.ts'
import { admit, isReadable, readableAfter } from '../../rooms/admission.ts'
import { withOwnReactions } from '../../rooms/with-own-reactions.ts'
import { newestOf } from '../../search/newest-of.ts'
import { queryOf } from '../../search/query.ts'
import { searchRooms } from '../../search/search-rooms.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'
import { readPlaces, writePlaces } from '../search-cursor.ts'
import { requireSearch } from '../search-policy.ts'

/** Returns the messages that contain some words, the newest first. AP5, AP8, AP22, AP34, AP71, AP103, AP154. */
export const searchMessages = action('searchMessages', async ({ chatRoomIds, cursor, query, ...wanted }, caller) => {
  requireSearch()
  const ids = [...new Set(chatRoomIds)].sort()
  const places = readPlaces(cursor, ids.length)
  const now = Date.now()
  const rooms = await Promise.all(
    ids.map(async (chatRoomId) => {
      const admitted = await admit(caller, chatRoomId, 'read', now)
      return {
        ...{ chatRoomId, headSeq: admitted.room.headSeq, since: readableAfter(admitted) },
        isReadable: (message: MessageRow) => isReadable(admitted, message, now),
      }
    }),
  )
  const searches = await searchRooms(rooms, { ...wanted, query: queryOf(query) }, places)
  const newest = newestOf(searches, wanted.limit)
  const events = await Promise.all(newest.map(({ message }) => messageEventWithFile(message)))
  const messages = await withOwnReactions(events, caller.userId)
  const found = messages.map((message, i) => ({ message, matched: newest[i]!.matched }))
  const hits = longestRun(found, EVENTS_BYTES, 'start')
  return { hits, ...writePlaces(ids, searches, newest.slice(0, hits.length)) }
})
