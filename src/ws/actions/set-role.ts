import { auditItem } from '../../entities/audit.ts'
import { changeMember } from '../../entities/moderate.ts'
import { Conflict, Unavailable } from '../../errors.ts'
import { rankOf } from '../../protocol/permissions.ts'
import { admit, refused, requireAbove } from '../../rooms/admission.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** Gives a member a role, at most the own one; to oneself a lower one only. AP5, AP8, AP68, AP71. */
export const setRole = action('setRole', async ({ chatRoomId, userId, role }, caller) => {
  const now = Date.now()
  const admitted = await admit(caller, chatRoomId, 'setRole', now)
  const membership = await membershipIn(chatRoomId, userId)
  if (membership === undefined) throw new Conflict('unable to give a role; the user is no member')
  if (membership.role === role) return {}
  if (userId !== caller.userId) requireAbove(admitted, 'setRole', membership)
  if (rankOf(role) > rankOf(admitted.standing)) throw refused('forbidden', 0)
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'role', userId })
  if (await changeMember(membership, { role }, audit)) return {}
  throw new Unavailable('unable to give a role; the membership has changed meanwhile')
})
