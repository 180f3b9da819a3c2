import { getRoom, type RoomRow } from '../entities/chat-room.ts'
import { gateOf } from '../entities/gate.ts'
import { type MessageRow, seqOf } from '../entities/message.ts'
import { getMembership, type MembershipRow } from '../entities/membership.ts'
import { Forbidden, Muted, NotAMember, RoomClosed } from '../errors.ts'
import { type Permission, type PermissionName, permissions, refusal, type Standing } from '../protocol/permissions.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import type { Settings } from '../protocol/room-schema.ts'
import { settingsOf } from '../protocol/settings-of.ts'
import type { Scope } from '../protocol/scopes.ts'
import { standingOfUser } from '../entities/user.ts'
import { getDetails } from '../entities/chat-room-details.ts'
import { isPast, keptOf } from './kept.ts'
import { membershipIn, pendingMembership } from './membership-in.ts'
import { accessOfRoom } from './room-view.ts'

/** Who acts, and what their token grants. */
export interface Actor {
  userId: string
  scopes: ReadonlySet<Scope>
}

/**
 * What somebody is in a room; undefined for a stranger. An admin is one everywhere but in direct rooms, the server
 * there too. A guest's token makes a guest of any role.
 */
export function standingOf(
  { scopes }: Pick<Actor, 'scopes'>,
  chatRoomId: string,
  membership: Pick<MembershipRow, 'role'> | undefined,
): Standing | undefined {
  if (scopes.has('server') || (scopes.has('admin') && !isDirectRoomId(chatRoomId))) return 'admin'
  if (membership === undefined) return undefined
  return scopes.has('guest') ? 'guest' : membership.role
}

/** Somebody who may act in a room, and the room. */
export interface Admitted {
  room: RoomRow
  /** The defaults of it, unless they decide who may. */
  settings: Settings
  standing: Standing
  /** Undefined for an admin who is no member. */
  membership: MembershipRow | undefined
}

/**
 * Whether somebody may do something in a room. AP5, AP8; AP50 when a setting decides.
 *
 * @param withSettings whether they are read in any case
 * @throws NotAMember for a stranger, the same whether or not there is such a room
 * @throws Forbidden | Muted | RoomClosed as the table of permissions says
 */
export async function admit(
  actor: Actor,
  chatRoomId: string,
  name: PermissionName,
  now: number,
  { withSettings = false } = {},
): Promise<Admitted> {
  // The gate says who may post.
  const { from } = permissions[name]
  const asksSettings = withSettings || (from !== 'post' && from in settingsOf('link'))
  const [room, stored, details] = await Promise.all([
    getRoom(chatRoomId),
    getMembership(chatRoomId, actor.userId),
    asksSettings ? getDetails(chatRoomId) : undefined,
  ])
  const membership = stored ?? (await pendingMembership(room, actor.userId))
  const standing = standingOf(actor, chatRoomId, membership)
  if (room === undefined || standing === undefined) throw stranger()
  const settings = settingsOf(accessOfRoom(room), chosenSettings(details))
  const { closed, moderatorsOnly } = gateOf(room)
  // The gate is what sends obey; it is never behind the settings.
  const deciding = { ...settings, post: moderatorsOnly ? 'moderator' : 'member' } as const
  const place = { chatRoomId, settings: deciding, closed }
  const why = refusal(name, { standing, mutedUntil: membership?.mutedUntil }, place, now)
  if (why !== undefined)
    throw refused(why, (membership?.mutedUntil ?? now) - now, whyDirect(chatRoomId, standing, name))
  return { room, settings, standing, membership }
}

/**
 * The same for a send: whoever may, as far as the membership tells. The room's gate is asked by the draw of the
 * message's number, so a send to a room without one reads no more than this. AP8; AP5 for a stranger.
 *
 * @throws NotAMember | Forbidden | Muted
 */
export async function admitSender(
  actor: Actor,
  chatRoomId: string,
  now: number,
): Promise<Pick<Admitted, 'standing' | 'membership'>> {
  const membership = await membershipIn(chatRoomId, actor.userId)
  const standing = standingOf(actor, chatRoomId, membership)
  if (standing === undefined) throw stranger()
  const place = { chatRoomId, settings: settingsOf('link'), closed: false }
  const why = refusal('send', { standing, mutedUntil: membership?.mutedUntil }, place, now)
  const inDirect = whyDirect(chatRoomId, standing, 'send')
  if (why !== undefined) throw refused(why, (membership?.mutedUntil ?? now) - now, inDirect)
  return { standing, membership }
}

/**
 * Whether who may read may do something else, too, that no setting decides.
 *
 * @throws Forbidden | RoomClosed
 */
export function requirePermission({ standing, room, settings }: Admitted, name: PermissionName): void {
  const { chatRoomId } = room
  const why = refusal(name, { standing }, { chatRoomId, settings, closed: gateOf(room).closed }, 0)
  if (why !== undefined) throw refused(why, 0, whyDirect(chatRoomId, standing, name))
}

/**
 * Whether an admitted actor may do something to this very member.
 *
 * @throws Forbidden when the member's role is not below the actor's
 */
export function requireAbove(
  { standing, room: { chatRoomId }, settings }: Admitted,
  name: PermissionName,
  subject: Pick<MembershipRow, 'role'>,
): void {
  const why = refusal(name, { standing }, { chatRoomId, settings, closed: false }, 0, subject.role)
  if (why !== undefined) throw refused(why, 0, whyDirect(chatRoomId, standing, name))
}

/**
 * The same, also of a user whose token puts them above all roles of the room, as far as it is known. AP77.
 *
 * @throws Forbidden
 */
export async function requireAboveUser(
  admitted: Admitted,
  name: PermissionName,
  { userId, role }: Pick<MembershipRow, 'userId' | 'role'>,
  now: number,
): Promise<void> {
  requireAbove(admitted, name, { role })
  if (admitted.standing !== 'admin' && (await standingOfUser(userId, now)).isAdmin) throw refused('forbidden', 0)
}

const chosenSettings = (details: { settings?: string | undefined } | undefined) =>
  details?.settings === undefined ? {} : (JSON.parse(details.settings) as Partial<Settings>)

export const stranger = () => new NotAMember('unable to act in this room; the user is not a member')

/** @param forbidden of a direct room: what the message says in place of a role */
export function refused(
  why: 'forbidden' | 'muted' | 'room_closed',
  leftMs: number,
  forbidden = 'unable to do this in this room; it takes a higher role',
) {
  if (why === 'muted') return new Muted('unable to write in this room; the user is muted', leftMs)
  if (why === 'room_closed') return new RoomClosed('unable to write in this room; it is closed')
  return new Forbidden(forbidden)
}

/**
 * In a direct room both are members, so no role is missing. Who is stored as its guest was blocked, has blocked, or is
 * alone in it: which of these isn't told.
 */
function whyDirect(chatRoomId: string, standing: Standing, name: PermissionName): string | undefined {
  if (!isDirectRoomId(chatRoomId)) return undefined
  const permission: Permission = permissions[name]
  const isMembers = permission.direct !== 'may not' && permission.from !== 'moderator'
  return standing === 'guest' && isMembers
    ? 'unable to write to this user'
    : 'unable to do this in a direct room; its two have the same rights'
}

/** A room, and its member who reads it; undefined for an admin who is none. */
export interface Reader {
  room: RoomRow
  membership: MembershipRow | undefined
}

/**
 * Whether somebody who was admitted may read this very message. What they may not is to them as a place that never had
 * one.
 */
export const isReadable = (
  { room, membership }: Reader,
  message: Pick<MessageRow, 'messageId' | 'timestamp' | 'expiresAt'>,
  now: number,
): boolean => seqOf(message) > readableAfter({ room, membership }) && !isPast(message, keptOf(room, now), now)

/**
 * Whether somebody may change or delete this very message, as far as it is still there for them: what is their own they
 * need not be able to read, so an author who has left and come back loses no right to it.
 */
export const isReadableOrOwn = (
  { room, membership }: Reader,
  message: Pick<MessageRow, 'messageId' | 'timestamp' | 'expiresAt' | 'senderId'>,
  userId: string,
  now: number,
): boolean => isReadable({ room, membership: message.senderId === userId ? undefined : membership }, message, now)

interface Beginning {
  room: Pick<RoomRow, 'historyFrom' | 'firstSeq'>
  membership: Pick<MembershipRow, 'joinedSeq'> | undefined
}

/**
 * The seq after which a member may read: what was cleared is nobody's, and where the room shows nobody what was said
 * before their join, that join's.
 */
export const readableAfter = ({ room, membership }: Beginning): number =>
  Math.max((room.firstSeq ?? 1) - 1, hiddenThrough({ room, membership }))

/** Up to which seq the room hides from a member what was said before they joined. */
export const hiddenThrough = ({ room, membership }: Beginning): number =>
  room.historyFrom === 'j' && membership !== undefined ? membership.joinedSeq : 0
