import { auditItem } from '../../entities/audit.ts'
import { getBan, isBan, keptItem } from '../../entities/ban.ts'
import { changeBan } from '../../entities/moderate.ts'
import { Unavailable } from '../../errors.ts'
import { admit } from '../../rooms/admission.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

/** Others may ban, mute and admit the same user in between. */
const ATTEMPTS = 4

/** Ends a ban. Succeeds if there is no ban. A mute from before the ban continues. AP5, AP8, AP53, AP55, AP71. */
export const unbanMember = action('unbanMember', async ({ chatRoomId, userId }, caller) => {
  const now = Date.now()
  const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'unban', userId })
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await admit(caller, chatRoomId, 'ban', now)
    const ban = await getBan({ chatRoomId, userId })
    if (ban === undefined || !isBan(ban, now)) return {}
    if (await changeBan(ban, keptItem(ban, ban, now), audit)) return {}
  }
  throw new Unavailable('unable to end the ban; it has changed meanwhile')
})
