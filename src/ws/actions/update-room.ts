import { auditItem } from '../../entities/audit.ts'
import { getDetails } from '../../entities/chat-room-details.ts'
import { admit, readableAfter } from '../../rooms/admission.ts'
import { memberCountOf } from '../../rooms/count-members.ts'
import { detailsOnWire } from '../../rooms/room-view.ts'
import { updateRoom as writeRoom } from '../../rooms/update-room.ts'
import type { Request } from '../../protocol/actions.ts'
import { defined } from '../../protocol/defined.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'
import { requireRetention } from '../require-retention.ts'

/**
 * Changes a room's settings: moderators its name, topic and slow mode, owners everything. AP5, AP8, AP50, AP51, AP67,
 * AP71.
 */
export const updateRoom = action('updateRoom', async (input, caller) => {
  const { chatRoomId, ifVersion, roomName, topic, imageUrl, access, settings, metadata } = input
  const now = Date.now()
  requireRetention(caller, settings)
  const allow = () => admit(caller, chatRoomId, isDescription(input) ? 'describe' : 'configure', now)
  const { room: found, membership } = await allow()
  // Before the change, because the caller of a change that was made must not receive an error.
  const memberCount = await memberCountOf(found, found.counted ? await getDetails(chatRoomId) : undefined)
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'settings' })
  const byServer = caller.scopes.has('server')
  const change = defined({ roomName, topic, imageUrl, access, settings, metadata, byServer })
  const { room, details } = await writeRoom(chatRoomId, change, audit, allow, ifVersion)
  const since = readableAfter({ room, membership })
  return { room: detailsOnWire(room, details, memberCount, since) }
})

/** Whether the input changes only what a moderator may change. */
function isDescription({ imageUrl, access, settings = {}, metadata }: Request<'updateRoom'>): boolean {
  const others = Object.keys(settings).filter((name) => name !== 'slowModeSeconds')
  return imageUrl === undefined && access === undefined && metadata === undefined && others.length === 0
}
