import { moveMarker } from '../../entities/room-state.ts'
import { action } from '../action.ts'

/**
 * Notes how far the caller has read: one write for each marker, and no read. Of a room that the caller isn't in, it is
 * a note of their own that nobody is told of. A marker that doesn't move on is nothing. AP93.
 */
export const markRead = action('markRead', async (input, { userId, connectionId }) => {
  const now = Date.now()
  const rooms = Object.entries(input.reads).map(([chatRoomId, seq]) => ({ chatRoomId, seq }))
  const mark = { isPrivate: input.private ?? false, originConnectionId: connectionId }
  await Promise.all(
    [...rooms, ...(input.threads ?? [])].map(({ seq, ...about }) =>
      moveMarker({ userId, ...about }, { seq, ...mark }, now),
    ),
  )
  return {}
})
