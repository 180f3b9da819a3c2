import { getMemberships } from '../../entities/membership.ts'
import { moveMarker } from '../../entities/room-state.ts'
import { action } from '../action.ts'

/**
 * Stores how far the caller has read: one write for each marker, and one read for each room. Rooms that the caller is
 * not a member of are ignored, because a marker from before a join would hide later messages. A marker that would not
 * move forward changes nothing. AP9, AP93.
 */
export const markRead = action('markRead', async (input, { userId, connectionId }) => {
  const now = Date.now()
  const rooms = Object.entries(input.reads).map(([chatRoomId, seq]) => ({ chatRoomId, seq }))
  const mark = { isPrivate: input.private ?? false, originConnectionId: connectionId }
  const markers = [...rooms, ...(input.threads ?? [])]
  const memberships = await getMemberships(userId, [...new Set(markers.map(({ chatRoomId }) => chatRoomId))])
  const own = markers.filter(({ chatRoomId }) => memberships.has(chatRoomId))
  await Promise.all(own.map(({ seq, ...about }) => moveMarker({ userId, ...about }, { seq, ...mark }, now)))
  return {}
})
