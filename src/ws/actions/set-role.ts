import { auditItem, type AuditRow } from '../../entities/audit.ts'
import { type BanRow, getBan, itemWithKept } from '../../entities/ban.ts'
import { changeBan, changeMember } from '../../entities/moderate.ts'
import { Conflict, Unavailable } from '../../errors.ts'
import { defined } from '../../protocol/defined.ts'
import { rankOf } from '../../protocol/permissions.ts'
import type { Role } from '../../protocol/room-schema.ts'
import { admit, refused, requireAboveUser } from '../../rooms/admission.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** Others may change the user's role in between, and the user may leave and join. */
const ATTEMPTS = 4

/**
 * Gives a member a role, at most the caller's own. A caller may only lower their own role. A user who was made a guest
 * and has left may be made a member; they then return as one. AP5, AP8, AP53, AP55, AP68, AP71, AP77.
 */
export const setRole = action('setRole', async ({ chatRoomId, userId, role }, caller) => {
  const now = Date.now()
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'role', userId })
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const admitted = await admit(caller, chatRoomId, 'setRole', now)
    const membership = await membershipIn(chatRoomId, userId)
    if (membership === undefined) {
      const row = await getBan({ chatRoomId, userId })
      // A user who joined between the two reads is found by the next attempt.
      if (!row?.lowered && attempt === 0) continue
      if (await giveToAbsent(row, role, audit)) return {}
      continue
    }
    if (membership.role === role && (role !== 'guest' || membership.lowered)) return {}
    if (userId !== caller.userId) await requireAboveUser(admitted, 'setRole', membership, now)
    if (rankOf(role) > rankOf(admitted.standing)) throw refused('forbidden', 0)
    if (await changeMember(membership, { role }, audit)) return {}
  }
  throw new Unavailable('unable to give a role; the membership has changed meanwhile')
})

/** Gives a role to a user who has left. Returns false if what is kept of the user has changed since it was read. */
async function giveToAbsent(row: BanRow | undefined, role: Role, audit: AuditRow): Promise<boolean> {
  if (row?.lowered !== true || (role !== 'member' && role !== 'guest')) {
    throw new Conflict('unable to give a role; the user is no member')
  }
  const { mutedUntil } = row
  return role === 'guest' || changeBan(row, itemWithKept(row, defined({ mutedUntil }), audit.at), audit)
}
