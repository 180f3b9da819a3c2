import { createWriteTransaction } from 'electrodb'
import { Audit, type AuditRow } from './audit.ts'
import { Ban, type BanRow, isAsRead } from './ban.ts'
import { Block } from './block.ts'
import { Job, type JobRow } from './job.ts'
import { Membership, type MembershipRow } from './membership.ts'
import { notBlocked } from './not-blocked.ts'
import { transact } from './transact.ts'
import { UserRoom, userRoomOf } from './user-room.ts'

/**
 * Changes that one user makes to another user's place in a room, each with its entry in the audit log.
 *
 * - AP68 `changeMember`: give a member another role, or mute them
 * - AP69 `banStranger`: ban a user who is no member
 * - AP55 `changeBan`: change or end a ban, or what outlived a membership
 * - AP49 `setDirectRoles`: let two users write to each other, or keep them apart
 */
const entities = { Audit, Ban, Block, Job, Membership, UserRoom }

/**
 * AP68. Gives a member another role, or mutes them, and writes the audit entry. Returns false if the membership or its
 * role has changed meanwhile.
 *
 * @throws Unavailable when the table is too busy; nothing was written
 */
export async function changeMember(
  membership: MembershipRow,
  change: Partial<Pick<MembershipRow, 'role' | 'mutedUntil'>>,
  audit: AuditRow,
): Promise<boolean> {
  const { chatRoomId, userId, joinId, role, joinedAt, changedAt = joinedAt } = membership
  const isLowered = change.role === 'guest'
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.Membership.patch({ chatRoomId, userId })
      // No earlier than what was before it: the clocks of two functions may differ.
      .set({ ...change, changedAt: Math.max(audit.at, changedAt), ...(isLowered ? { lowered: true } : {}) })
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
 * AP69. Bans a user who is no member, and writes the audit entry. Returns false if they are a member by now, or their
 * row is no longer as `seen`.
 *
 * @param ban the ban, including what was kept of the user's last membership
 * @param seen the user's row as it was read; undefined if there was none
 * @param job a job that the ban causes
 * @throws Unavailable when the table is too busy; nothing was written
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
 * AP55. Changes the row of a user who is no member, and writes the audit entry. Returns false if the row is no longer
 * as `seen`.
 *
 * @param to the new row; undefined deletes it
 * @throws Unavailable when the table is too busy; nothing was written
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

/**
 * AP49. Gives two users a role in their direct room. Does nothing for a user who isn't in it, and makes nobody a member
 * while one has blocked the other.
 *
 * @throws Unavailable when the table is too busy
 */
export async function setDirectRoles(
  chatRoomId: string,
  userIds: readonly [string, string],
  role: 'guest' | 'member',
): Promise<void> {
  if (role === 'guest') {
    const patches = userIds.map((userId) => Membership.patch({ chatRoomId, userId }).set({ role }))
    await Promise.all(patches.map((patch) => patch.go({ returnOnConditionCheckFailure: true })))
    return
  }
  // One after the other: transactions that check the same rows at the same time cancel each other.
  for (const userId of userIds) {
    const transaction = createWriteTransaction(entities, (tx) => [
      tx.Membership.patch({ chatRoomId, userId }).set({ role }).commit(),
      ...notBlocked(tx, userIds),
    ])
    await transact('let the users write', () => transaction.go())
  }
}
