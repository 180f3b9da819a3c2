import { auditItem } from '../../entities/audit.ts'
import { blocksOf } from '../../entities/block.ts'
import { erasedAmong } from '../../entities/erasure.ts'
import { newJoinId } from '../../entities/join-id.ts'
import { type Added, getMembership, type MembershipRow } from '../../entities/membership.ts'
import { isAbove } from '../../protocol/permissions.ts'
import { admit } from '../../rooms/admission.ts'
import { letIn } from '../../rooms/let-in.ts'
import { requirePlaceForMembers } from '../../rooms/room-size.ts'
import { action } from '../action.ts'
import { doneBy } from '../caller.ts'

const ADDED_AT_ONCE = 16

/**
 * Makes users members of a room. The stream function informs each of them. Whoever was added before an error, such as
 * `unavailable`, or `forbidden` if the caller was demoted meanwhile, stays a member: a repeated call lists them in
 * `already`. A user who was muted on leaving is still muted, and a role that moderators gave still applies. AP5, AP8,
 * AP10, AP50, AP53, AP58, AP67, AP71, AP82, AP83, AP122, AP145.
 */
export const addMembers = action('addMembers', async ({ chatRoomId, userIds, role }, caller) => {
  const now = Date.now()
  const allow = () => admit(caller, chatRoomId, 'add', now)
  const { room, standing } = await allow()
  const byRank = isAbove(standing, 'member')
  const rankAgain = async () => isAbove((await allow()).standing, 'member')
  const users = [...new Set(userIds)]
  const [blocking, erased] = await Promise.all([blocksOf(users, caller.userId), erasedAmong(users)])
  await requirePlaceForMembers(
    room,
    users.filter((userId) => !blocking.has(userId) && !erased.has(userId)),
    now,
  )
  const rowOf = (userId: string): MembershipRow => ({
    chatRoomId,
    userId,
    role,
    joinedAt: now,
    joinId: newJoinId(room),
    joinedSeq: room.headSeq,
    addedBy: caller.userId,
  })
  /** Says why a user is not added. A member who has blocked the caller is still a member. */
  const refuse = async (userId: string) =>
    (await getMembership(chatRoomId, userId)) === undefined ? 'blocked' : 'already'
  const outcomes = new Map<string, Added | 'blocked'>()
  for (let i = 0; i < users.length; i += ADDED_AT_ONCE) {
    const ends = await Promise.allSettled(
      users.slice(i, i + ADDED_AT_ONCE).map(async (userId) => {
        const audit = auditItem({ chatRoomId, at: now, ...doneBy(caller), action: 'add', userId })
        const outcome = erased.has(userId)
          ? 'banned'
          : await (blocking.has(userId) ? refuse(userId) : letIn(rowOf(userId), { audit }, byRank, rankAgain))
        outcomes.set(userId, outcome)
      }),
    )
    // Only when nothing runs any more: nobody is added after an error.
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }
  const whose = (...wanted: string[]) => users.filter((userId) => wanted.includes(outcomes.get(userId)!))
  return {
    added: whose('added'),
    already: whose('already'),
    refused: whose('banned', 'blocked').map((userId) => ({
      userId,
      code: outcomes.get(userId) === 'blocked' ? ('blocked' as const) : ('banned' as const),
    })),
  }
})
