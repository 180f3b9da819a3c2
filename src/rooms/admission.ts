import { getRoom, type RoomRow } from '../entities/chat-room.ts'
import { gateOf } from '../entities/gate.ts'
import { type MessageRow, seqOf } from '../entities/message.ts'
import { getMembership, type MembershipRow } from '../entities/membership.ts'
import { Forbidden, Muted, NotAMember, RoomClosed } from '../errors.ts'
import {
  isRole,
  type Permission,
  type PermissionName,
  permissions,
  refusal,
  type Standing,
} from '../protocol/permissions.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import type { Settings } from '../protocol/room-schema.ts'
import { settingsOf } from '../protocol/settings-of.ts'
import type { Scope } from '../protocol/scopes.ts'
import { standingOfUser } from '../entities/user.ts'
import { getDetails } from '../entities/chat-room-details.ts'
import { isPast, keptOf } from './kept.ts'
import { membershipIn, pendingMembership } from './membership-in.ts'
import { accessOfRoom } from './room-view.ts'

/** The user who acts, and the scopes of their token. */
export interface Actor {
  userId: string
  scopes: ReadonlySet<Scope>
}

/**
 * Returns the standing of a user in a room, or undefined if they are a stranger there. An admin has the standing of an
 * admin everywhere but in direct rooms, a backend in those too. With a guest's token, every role counts as a guest's.
 */
export function standingOf(
  { scopes }: Pick<Actor, 'scopes'>,
  chatRoomId: string,
  membership: Pick<MembershipRow, 'role'> | undefined,
): Standing | undefined {
  if (scopes.has('server')) return 'server'
  if (scopes.has('admin') && !isDirectRoomId(chatRoomId)) return 'admin'
  if (membership === undefined) return undefined
  return scopes.has('guest') ? 'guest' : membership.role
}

/** A user who may act in a room, with the room. */
export interface Admitted {
  room: RoomRow
  /** The room's settings. They are its defaults if they were not read, see `admit`. */
  settings: Settings
  standing: Standing
  /** Undefined for an admin who is not a member. */
  membership: MembershipRow | undefined
}

/**
 * Makes sure that a user may do something in a room. AP5, AP8; AP50 when a setting decides.
 *
 * @param options `withSettings` reads the settings even if none of them decides
 * @throws NotAMember for a stranger, whether or not the room exists
 * @throws Forbidden | Muted | RoomClosed as `permissions` says
 */
export async function admit(
  actor: Actor,
  chatRoomId: string,
  name: PermissionName,
  now: number,
  { withSettings = false } = {},
): Promise<Admitted> {
  // Who may post is in the gate, so the settings needn't be read for it.
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
  // Sends obey the gate, which is never older than the settings.
  const deciding = { ...settings, post: moderatorsOnly ? 'moderator' : 'member' } as const
  const place = { chatRoomId, settings: deciding, closed }
  const why = refusal(name, { standing, mutedUntil: membership?.mutedUntil }, place, now)
  if (why !== undefined)
    throw refused(why, (membership?.mutedUntil ?? now) - now, whyDirect(chatRoomId, standing, name))
  return { room, settings, standing, membership }
}

/**
 * Makes sure that a user may send to a room, as far as their membership tells. The room's gate is checked later, when
 * the message's seq is drawn, so this reads no more than the membership. AP8; AP5 for a stranger.
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
 * Makes sure that a user who may read may also do something that no setting decides.
 *
 * @throws Forbidden | RoomClosed
 */
export function requirePermission({ standing, room, settings }: Admitted, name: PermissionName): void {
  const { chatRoomId } = room
  const why = refusal(name, { standing }, { chatRoomId, settings, closed: gateOf(room).closed }, 0)
  if (why !== undefined) throw refused(why, 0, whyDirect(chatRoomId, standing, name))
}

/**
 * Makes sure that an admitted user may do something to this member.
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
 * Makes sure that an admitted user may do something to this member, as `requireAbove` does, and also that the member is
 * not known to be an admin of the deployment. AP77.
 *
 * @throws Forbidden when the member's role is not below the actor's, or the member is an admin
 */
export async function requireAboveUser(
  admitted: Admitted,
  name: PermissionName,
  { userId, role }: Pick<MembershipRow, 'userId' | 'role'>,
  now: number,
): Promise<void> {
  requireAbove(admitted, name, { role })
  if (isRole(admitted.standing) && (await standingOfUser(userId, now)).isAdmin) throw refused('forbidden', 0)
}

const chosenSettings = (details: { settings?: string | undefined } | undefined) =>
  details?.settings === undefined ? {} : (JSON.parse(details.settings) as Partial<Settings>)

/** The error for a user who is not a member, which is the same if the room doesn't exist. */
export const stranger = () => new NotAMember('unable to act in this room; the user is not a member')

/** The error for a user who may not write to another, because one has blocked the other, or was erased. */
export const mayNotWrite = () => new Forbidden('unable to write to this user')

/**
 * Makes the error of a refusal.
 *
 * @param leftMs the rest of a mute, in milliseconds
 * @param forbidden the message of a `Forbidden`
 */
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
 * Returns the message of a `Forbidden` in a direct room; elsewhere undefined. In a direct room both users are members,
 * so the message can't ask for a higher role. A user who is stored as a guest there was blocked, has blocked the other,
 * or is alone in the room; the message doesn't say which.
 */
function whyDirect(chatRoomId: string, standing: Standing, name: PermissionName): string | undefined {
  if (!isDirectRoomId(chatRoomId)) return undefined
  const permission: Permission = permissions[name]
  const isMembers = permission.direct !== 'may not' && permission.from !== 'moderator'
  return standing === 'guest' && isMembers
    ? 'unable to write to this user'
    : 'unable to do this in a direct room; its two have the same rights'
}

/** A room and the membership of its reader. The membership is undefined for an admin who is not a member. */
export interface Reader {
  room: RoomRow
  membership: MembershipRow | undefined
}

/**
 * Tells whether a user who was admitted may read this message. To them, a message that they may not read is like one
 * that never existed.
 */
export const isReadable = (
  { room, membership }: Reader,
  message: Pick<MessageRow, 'messageId' | 'timestamp' | 'expiresAt'>,
  now: number,
): boolean => seqOf(message) > readableAfter({ room, membership }) && !isPast(message, keptOf(room, now), now)

/**
 * Tells whether a message still exists for a user who wants to change or delete it. They needn't be able to read their
 * own messages: an author who has left and joined again may still change those from before.
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
 * Returns the seq after which a member may read. Cleared messages are hidden from everybody. Some rooms also hide what
 * was said before the member joined.
 */
export const readableAfter = ({ room, membership }: Beginning): number =>
  Math.max((room.firstSeq ?? 1) - 1, hiddenThrough({ room, membership }))

/** Returns the last seq that the room hides from a member because they joined later. 0 if it hides none. */
const hiddenThrough = ({ room, membership }: Beginning): number =>
  room.historyFrom === 'j' && membership !== undefined ? membership.joinedSeq : 0
