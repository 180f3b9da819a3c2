import { auditItem } from '../../entities/audit.ts'
import { removeMember } from '../../entities/membership.ts'
import { banStranger } from '../../entities/moderate.ts'
import { Conflict } from '../../errors.ts'
import { defined } from '../../protocol/defined.ts'
import { admit, requireAbove } from '../../rooms/admission.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'

/**
 * Keeps a user out of a room, and shows them out if they are in it, in one transaction: whoever makes a membership
 * checks the ban in theirs. AP5, AP8, AP11, AP69, AP71.
 */
export const banMember = action('banMember', async ({ chatRoomId, userId, seconds, reason }, caller) => {
  const now = Date.now()
  const admitted = await admit(caller, chatRoomId, 'ban', now)
  const membership = await membershipIn(chatRoomId, userId)
  requireAbove(admitted, 'ban', membership ?? { role: 'guest' })
  const until = seconds === undefined ? undefined : now + seconds * 1_000
  const noted = { chatRoomId, userId, by: caller.userId, at: now, ...defined({ until, reason }) }
  const ban = { ...noted, ...(until === undefined ? {} : { expiresAt: Math.ceil(until / 1_000) }) }
  const audit = auditItem({ ...noted, action: 'ban' })
  const isBanned = membership ? await removeMember(membership, now, { audit, ban }) : await banStranger(ban, audit)
  if (!isBanned) throw new Conflict('unable to ban; the membership has changed meanwhile')
  return defined({ until })
})
