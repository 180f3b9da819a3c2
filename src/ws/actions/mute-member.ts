import { auditItem } from '../../entities/audit.ts'
import { getBan, itemWithKept, outlivingOf } from '../../entities/ban.ts'
import { changeBan, changeMember } from '../../entities/moderate.ts'
import { Conflict, Unavailable } from '../../errors.ts'
import { defined } from '../../protocol/defined.ts'
import { admit, requireAboveUser } from '../../rooms/admission.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** The user may leave and join repeatedly while the mute is being written. */
const ATTEMPTS = 4

/**
 * Lets a member read but not write until a given time. 0 seconds end the mute. In force at once. For a user who has
 * left, it changes what is kept of the membership, if anything is. AP5, AP8, AP53, AP55, AP68, AP71, AP77.
 */
export const muteMember = action('muteMember', async ({ chatRoomId, userId, seconds, reason }, caller) => {
  const now = Date.now()
  const mutedUntil = now + seconds * 1_000
  const shown = seconds === 0 ? {} : { mutedUntil }
  const does = seconds === 0 ? 'unmute' : 'mute'
  const more = defined({ reason, until: shown.mutedUntil })
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: does, userId, ...more })
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const admitted = await admit(caller, chatRoomId, 'mute', now)
    const membership = await membershipIn(chatRoomId, userId)
    const row = membership ? undefined : await getBan({ chatRoomId, userId })
    const kept = outlivingOf(row ?? {}, now)
    const isNobody = membership === undefined && Object.keys(kept).length === 0
    // A user who joined between the two reads is found by the next attempt.
    if (isNobody && attempt === 0) continue
    if (isNobody) throw new Conflict('unable to mute; the user is no member')
    if (membership) await requireAboveUser(admitted, 'mute', membership, now)
    if (seconds === 0 && ((membership ?? kept).mutedUntil ?? 0) <= now) return shown
    const isChanged = membership
      ? await changeMember(membership, { mutedUntil }, audit)
      : await changeBan(row!, itemWithKept(row!, { ...kept, mutedUntil }, now), audit)
    if (isChanged) return shown
  }
  throw new Unavailable('unable to mute; the membership has changed meanwhile')
})
