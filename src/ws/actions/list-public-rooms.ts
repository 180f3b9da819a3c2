import * as z from 'zod/mini'
import { publicRooms } from '../../entities/chat-room-details.ts'
import { defined } from '../../protocol/defined.ts'
import { action } from '../action.ts'
import { readCursor, writeCursor } from '../cursor.ts'

const PAGE = 50

/** A room's name and its id. */
const ListedAs = z.string().check(z.regex(/^.{1,800}#[A-Za-z0-9_:-]{1,64}$/su))

/** Returns the public rooms, ordered by name. A new room may take a moment to be listed. AP52. */
export const listPublicRooms = action('listPublicRooms', async ({ prefix, cursor }) => {
  const after = readCursor(cursor, ListedAs)
  return writeCursor(await publicRooms({ limit: PAGE, ...defined({ prefix, after }) }))
})
