import { PRESENCE_LEASE_MS, PRESENCE_RENEW_MS } from '../../protocol/limits.ts'
import { admit } from '../../rooms/admission.ts'
import { enterPresence as enter } from '../../rooms/enter-presence.ts'
import { metadataText } from '../../rooms/metadata-text.ts'
import { hasPresence } from '../../rooms/presence.ts'
import { socketAction } from '../action.ts'

/**
 * Shows the caller as present in a room, on this connection. The action succeeds but writes nothing if the room shows
 * no presence, for an admin who is not a member, or for a token that makes guests, such as that of an anonymous viewer.
 *
 * AP5, AP8, AP38, AP50, AP71, AP134, AP135, AP136, AP137, AP140, AP141, AP150, AP158.
 */
export const enterPresence = socketAction('enterPresence', async ({ chatRoomId, data }, caller) => {
  const now = Date.now()
  const { userId, connectionId, rowsExpireAt, scopes } = caller
  const { room, settings, membership } = await admit(caller, chatRoomId, 'read', now, { withSettings: true })
  const until = Math.min(now + PRESENCE_LEASE_MS, rowsExpireAt * 1_000)
  // An admin who is not a member is never shown as present.
  const joinId = membership?.joinId
  if (joinId !== undefined && !scopes.has('guest') && hasPresence(room, settings)) {
    await enter({ chatRoomId, userId, connectionId }, { joinId, data: metadataText(data), until }, now)
  }
  return { until, everyMs: PRESENCE_RENEW_MS }
})
