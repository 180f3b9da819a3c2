import type { BanRow } from '../entities/ban.ts'
import { getMembership, type MembershipRow } from '../entities/membership.ts'
import type { SessionRow } from '../entities/session.ts'
import { Banned, InvalidInvite } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import { mayNotWrite } from './admission.ts'
import { joinIdNow, keepSubscribed } from './keep-subscribed.ts'
import { letIn } from './let-in.ts'

/** What lets a user in. */
interface By {
  invite?: string | undefined
  kept?: BanRow | undefined
  pair?: readonly string[]
}

/**
 * Makes a user a member, if they aren't one, and subscribes their session. AP10, AP53, AP8, and those of `stayIn`.
 *
 * @param by `invite`: the invite that lets the user in, unused if they are a member already; `kept`: what is kept of
 *   the user's last membership; `pair`: both users of a direct room
 * @returns false when the membership has ended meanwhile
 * @throws Banned | InvalidInvite
 * @throws Forbidden when one of the two of a direct room has blocked the other
 */
export async function join(membership: MembershipRow, session: SessionRow, by: By = {}): Promise<boolean> {
  const { chatRoomId, userId } = membership
  const added = await letIn(membership, { session, ...defined(by) })
  if (added === 'banned') throw new Banned('unable to join; the user is banned from this room')
  if (added === 'invalid_invite') throw new InvalidInvite('unable to join; the invite is good no more')
  if (added === 'blocked') throw mayNotWrite()
  if (added === 'added') return stayIn(membership, session, true)
  const current = await getMembership(chatRoomId, userId)
  return current !== undefined && stayIn(current, session)
}

/**
 * Subscribes a member's session to the room. AP14, AP3, AP8, AP15.
 *
 * @param written whether the subscription was written together with the membership
 * @returns false when the membership has ended meanwhile
 */
export async function stayIn(membership: MembershipRow, session: SessionRow, written = false): Promise<boolean> {
  const { chatRoomId, userId } = membership
  const reread = () => joinIdNow(chatRoomId, userId)
  return (await keepSubscribed(userId, [session], [membership], reread, written)).has(chatRoomId)
}
