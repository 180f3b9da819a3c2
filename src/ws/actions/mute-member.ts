import { auditItem } from '../../entities/audit.ts'
import { changeMember } from '../../entities/moderate.ts'
import { Conflict, Unavailable } from '../../errors.ts'
import { defined } from '../../protocol/defined.ts'
import { admit, requireAbove } from '../../rooms/admission.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** Lets a member read and not write until a moment; 0 seconds end it. In force at once. AP5, AP8, AP68, AP71. */
export const muteMember = action('muteMember', async ({ chatRoomId, userId, seconds, reason }, caller) => {
  const now = Date.now()
  const admitted = await admit(caller, chatRoomId, 'mute', now)
  const membership = await membershipIn(chatRoomId, userId)
  if (membership === undefined) throw new Conflict('unable to mute; the user is no member')
  requireAbove(admitted, 'mute', membership)
  const until = now + seconds * 1_000
  const shown = seconds === 0 ? {} : { mutedUntil: until }
  if (seconds === 0 && (membership.mutedUntil ?? 0) <= now) return shown
  const audit = auditItem({
    chatRoomId,
    at: now,
    ...doneBy(caller),
    action: seconds === 0 ? 'unmute' : 'mute',
    userId,
    ...defined({ reason, until: shown.mutedUntil }),
  })
  if (await changeMember(membership, { mutedUntil: until }, audit)) return shown
  throw new Unavailable('unable to mute; the membership has changed meanwhile')
})
