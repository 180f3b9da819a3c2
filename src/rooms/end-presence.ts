import { roomWithDetails } from '../entities/membership.ts'
import { deletePart } from '../entities/purge-room.ts'
import { hasPresence } from './presence.ts'
import { detailsOnWire } from './room-view.ts'

/**
 * Ends all presences in a room that no longer shows who is present. Stops if the room shows it again by now. AP75,
 * AP98.
 */
export async function endPresence(chatRoomId: string): Promise<void> {
  do {
    const found = await roomWithDetails(chatRoomId)
    if (found === undefined || hasPresence(found.room, detailsOnWire(found.room, found.details).settings)) return
  } while ((await deletePart(chatRoomId, 'present')) > 0)
}
