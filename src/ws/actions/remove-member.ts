import { auditItem } from '../../entities/audit.ts'
import { removeMember as endMembership } from '../../entities/membership.ts'
import { Unavailable } from '../../errors.ts'
import { defined } from '../../protocol/defined.ts'
import { admit, requireAboveUser } from '../../rooms/admission.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** The user may leave and join repeatedly in between. */
const ATTEMPTS = 4

/**
 * Ends another user's membership. Nothing that is written to the room after the reply is posted to that user, except
 * `removed`, which the stream function makes from the audit entry. If the user is not a member, nothing changes. A mute
 * is kept. AP5, AP8, AP11, AP71, AP77.
 */
export const removeMember = action('removeMember', async ({ chatRoomId, userId, reason }, caller) => {
  const now = Date.now()
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'kick', userId, ...defined({ reason }) })
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const admitted = await admit(caller, chatRoomId, 'kick', now)
    const membership = await membershipIn(chatRoomId, userId)
    if (membership === undefined) return {}
    await requireAboveUser(admitted, 'kick', membership, now)
    if (await endMembership(membership, now, { audit, outlived: true })) return {}
  }
  throw new Unavailable('unable to remove the member; the membership has changed meanwhile')
})
