import { createWriteTransaction } from 'electrodb'
import { Audit, type AuditRow } from './audit.ts'
import { Ban, type BanRow, isAsRead } from './ban.ts'
import { Job, type JobRow } from './job.ts'
import { Membership, type MembershipRow } from './membership.ts'
import { transact } from './transact.ts'
import { UserRoom, userRoomOf } from './user-room.ts'

/**
 * What is changed by somebody else's hand than the user's own, each with its entry in the audit log.
 *
 * - AP68 `changeMember`: another role, or muted, from now on?
 * - AP69 `banStranger`: banned, without having been in?
 * - AP55 `changeBan`: is the ban, or what is kept of who has left, another one from now on?
 * - AP49 `setDirectRoles`: may the two write to each other?
 */
const entities = { Audit, Ban, Job, Membership, UserRoom }

/**
 * AP68. Gives a member another role, or mutes them, and notes it. Returns false when the membership or its role is
 * another one by now.
 *
 * @throws Unavailable when nothing was written
 */
export async function changeMember(
  membership: MembershipRow,
  change: Partial<Pick<MembershipRow, 'role' | 'mutedUntil'>>,
  audit: AuditRow,
): Promise<boolean> {
  const { chatRoomId, userId, joinId, role } = membership
  const isLowered = change.role === 'guest'
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.Membership.patch({ chatRoomId, userId })
      .set({ ...change, ...(isLowered ? { lowered: true } : {}) })
      .remove(change.role === undefined || isLowered ? [] : ['lowered'])
      .add({ changes: 1 })
      .where((row, { eq }) => `${eq(row.joinId, joinId)} AND ${eq(row.role, role)}`)
      .commit(),
    ...(change.role === undefined ? [] : [tx.UserRoom.put(userRoomOf({ ...membership, role: change.role })).commit()]),
    tx.Audit.put(audit).commit(),
  ])
  const { canceled } = await transact('change the member', () => transaction.go())
  return !canceled
}

/**
 * AP69. Bans a user who is no member, and notes it. Returns false when they are one by now, or the row is another one.
 *
 * @param seen what was kept of the user; the ban has it too
 * @param job what the janitor is to do about it
 * @throws Unavailable when nothing was written
 */
export async function banStranger(
  ban: BanRow,
  seen: BanRow | undefined,
  audit: AuditRow,
  job?: JobRow,
): Promise<boolean> {
  const { chatRoomId, userId } = ban
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.Membership.check({ chatRoomId, userId })
      .where((row, { notExists }) => notExists(row.joinId))
      .commit(),
    tx.Ban.put(ban).where(isAsRead(seen)).commit(),
    tx.Audit.put(audit).commit(),
    ...(job === undefined ? [] : [tx.Job.put(job).commit()]),
  ])
  const { canceled } = await transact('ban the user', () => transaction.go())
  return !canceled
}

/**
 * AP55. Changes what holds for a user who is no member, and notes it. Returns false when the row is another one by now.
 *
 * @param to undefined when nothing holds any more
 * @throws Unavailable when nothing was written
 */
export async function changeBan(seen: BanRow, to: BanRow | undefined, audit: AuditRow): Promise<boolean> {
  const { chatRoomId, userId } = seen
  const transaction = createWriteTransaction(entities, (tx) => [
    to === undefined
      ? tx.Ban.delete({ chatRoomId, userId }).where(isAsRead(seen)).commit()
      : tx.Ban.put(to).where(isAsRead(seen)).commit(),
    tx.Audit.put(audit).commit(),
  ])
  const { canceled } = await transact('change what holds for the user', () => transaction.go())
  return !canceled
}

/** AP49. Of two users in their direct room, of those who are in it. */
export async function setDirectRoles(
  chatRoomId: string,
  userIds: readonly [string, string],
  role: 'guest' | 'member',
): Promise<void> {
  await Promise.all(
    userIds.map((userId) =>
      Membership.patch({ chatRoomId, userId }).set({ role }).go({ returnOnConditionCheckFailure: true }),
    ),
  )
}
