import { auditItem } from '../../entities/audit.ts'
import { banItem, type BanRow, getBan, isBan, outlivingOf } from '../../entities/ban.ts'
import { requireNotErased } from '../../entities/erasure.ts'
import { hourlyJobItem, jobItem, putJob } from '../../entities/job.ts'
import { removeMember } from '../../entities/membership.ts'
import { banStranger } from '../../entities/moderate.ts'
import { Unavailable } from '../../errors.ts'
import { defined } from '../../protocol/defined.ts'
import { admit, requireAboveUser } from '../../rooms/admission.ts'
import { membershipIn } from '../../rooms/membership-in.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** The user may leave and join repeatedly while the ban is being written. */
const ATTEMPTS = 4

/**
 * Bans a user from a room, and ends their membership in the same transaction. Every transaction that creates a
 * membership checks for a ban. A ban of the same length that is in force already is left unchanged; one of another
 * length keeps its reason, unless there is a new one. A mute is kept and still applies after the ban. AP5, AP8, AP11,
 * AP53, AP69, AP71, AP77, AP122, AP145.
 */
export const banMember = action('banMember', async (input, caller) => {
  const { chatRoomId, userId, seconds, reason, deleteMessagesSeconds = 0 } = input
  const now = Date.now()
  const until = seconds === undefined ? undefined : now + seconds * 1_000
  const noted = { chatRoomId, userId, by: caller.userId, at: now, ...defined({ until, reason }) }
  const audit = auditItem({ ...noted, ...doneBy(caller), action: 'ban' })
  const since = now - deleteMessagesSeconds * 1_000
  const deletion = deleteMessagesSeconds === 0 ? undefined : { chatRoomId, userId, since, by: caller.userId }
  const job = deletion && jobItem('deleteMessages', deletion, now)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const admitted = await admit(caller, chatRoomId, 'ban', now)
    const [membership, before] = await Promise.all([
      membershipIn(chatRoomId, userId),
      getBan(input),
      requireNotErased(userId, 'ban the user'),
    ])
    await requireAboveUser(admitted, 'ban', membership ?? { userId, role: 'guest' }, now)
    if (membership === undefined && before && isBan(before, now) && lasts(before) === lasts(noted)) {
      // Nothing has been said since, so the same request within the hour asks for the same.
      if (deletion)
        await putJob(hourlyJobItem('deleteMessages', deletion, now, { ...deletion, since: deleteMessagesSeconds }))
      return defined({ until: before.until })
    }
    const known = before && isBan(before, now) ? defined({ reason: before.reason }) : {}
    const ban = banItem({ ...known, ...noted, ...outlivingOf(membership ?? before ?? {}, now) })
    const isBanned = membership
      ? await removeMember(membership, now, { audit, ban, outlived: true, ...defined({ job }) })
      : await banStranger(ban, before, audit, job)
    if (isBanned) return defined({ until })
  }
  throw new Unavailable('unable to ban; the membership has changed meanwhile')
})

/** Returns the length of a ban in milliseconds; infinite for a permanent ban. */
const lasts = ({ at, until = Infinity }: Pick<BanRow, 'at' | 'until'>): number => until - at
