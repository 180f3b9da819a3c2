import { auditItem } from '../../entities/audit.ts'
import { getBan, itemWithKept } from '../../entities/ban.ts'
import { changeBan, changeMember } from '../../entities/moderate.ts'
import { Conflict, Unavailable } from '../../errors.ts'
import { defined } from '../../protocol/defined.ts'
import { rankOf } from '../../protocol/permissions.ts'
import { admit, refused, requireAboveUser } from '../../rooms/admission.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/**
 * Gives a member a role, at most the own one; to oneself a lower one only. Who was made a guest, and has left, may be
 * made a member: they come back as one. AP5, AP8, AP53, AP55, AP68, AP71, AP77.
 */
export const setRole = action('setRole', async ({ chatRoomId, userId, role }, caller) => {
  const now = Date.now()
  const admitted = await admit(caller, chatRoomId, 'setRole', now)
  const membership = await membershipIn(chatRoomId, userId)
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'role', userId })
  if (membership === undefined) {
    const row = await getBan({ chatRoomId, userId })
    const isGuest = row?.lowered === true
    if (!isGuest || (role !== 'member' && role !== 'guest')) {
      throw new Conflict('unable to give a role; the user is no member')
    }
    const { mutedUntil } = row
    if (role === 'guest' || (await changeBan(row, itemWithKept(row, defined({ mutedUntil }), now), audit))) return {}
    throw hasChanged()
  }
  if (membership.role === role && (role !== 'guest' || membership.lowered)) return {}
  if (userId !== caller.userId) await requireAboveUser(admitted, 'setRole', membership, now)
  if (rankOf(role) > rankOf(admitted.standing)) throw refused('forbidden', 0)
  if (await changeMember(membership, { role }, audit)) return {}
  throw hasChanged()
})

const hasChanged = () => new Unavailable('unable to give a role; the membership has changed meanwhile')
