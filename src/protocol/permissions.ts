import { isDirectRoomId } from './room-id.ts'
import type { Role, Settings } from './room-schema.ts'

/** The rank of a user in a room. `admin` and `server` are above every role: by the scopes of a token. */
export type Standing = Role | 'admin' | 'server'

const ranks = { guest: 0, member: 1, moderator: 2, owner: 3, admin: 4, server: 5 } as const satisfies Record<
  Standing,
  number
>

/** Returns the rank as a number, from 0 for a guest to 4 for an admin and 5 for a backend. */
export const rankOf = (standing: Standing): number => ranks[standing]

/** Whether a standing is a role in the room, and not from a scope of the token. */
export const isRole = (standing: Standing): standing is Role => rankOf(standing) < ranks.admin

/** Whether one standing ranks above the other. */
export const isAbove = (one: Standing, other: Standing): boolean => rankOf(one) > rankOf(other)

/** The settings that decide who may do something. */
type Deciding = Pick<Settings, 'post' | 'invite' | 'pin' | 'mentionRoom'>

/** Who may do something in a room. */
export interface Permission {
  /** The lowest rank that may do it, or the setting that names that rank. */
  from: Standing | keyof Deciding
  /** Allowed only on a user of a lower rank. */
  upon?: 'lower rank'
  /** If set, a muted member may not do it. */
  muted?: 'may not'
  /** Who may not do it in a closed room: everybody but a backend, or everybody below a moderator. */
  closed?: 'may not' | 'moderators may'
  /** If set, it is not allowed in a direct room. */
  direct?: 'may not'
}

const silent = { muted: 'may not', closed: 'may not' } as const
const person = { upon: 'lower rank', direct: 'may not' } as const

/**
 * Who may do what in a room. The server checks this table, the SDK shows it (`room.can`), and documentation and tests
 * are generated from it. The table is fixed; what is configurable are the room's settings.
 */
export const permissions = {
  read: { from: 'guest' },
  send: { from: 'post', ...silent },
  edit: { from: 'post', ...silent },
  deleteOwn: { from: 'member', closed: 'moderators may' },
  deleteAny: { from: 'moderator', upon: 'lower rank' },
  react: { from: 'member', ...silent },
  mentionRoom: { from: 'mentionRoom', ...silent },
  add: { from: 'invite', direct: 'may not' },
  pin: { from: 'pin', closed: 'may not' },
  kick: { from: 'moderator', ...person },
  ban: { from: 'moderator', ...person },
  mute: { from: 'moderator', ...person },
  close: { from: 'moderator', direct: 'may not' },
  audit: { from: 'moderator', direct: 'may not' },
  describe: { from: 'moderator', direct: 'may not' },
  configure: { from: 'owner', direct: 'may not' },
  setRole: { from: 'owner', ...person },
  delete: { from: 'owner', direct: 'may not' },
} as const satisfies Record<string, Permission>

export type PermissionName = keyof typeof permissions

/** The user who wants to act, as far as permissions depend on them. */
export interface Actor {
  standing: Standing
  /** Epoch milliseconds. */
  mutedUntil?: number | undefined
}

/** The room, as far as permissions depend on it. */
export interface Place {
  chatRoomId: string
  settings: Deciding
  closed: boolean
}

/** Why a user may not act, as an error code. */
export type Refusal = 'forbidden' | 'muted' | 'room_closed'

/**
 * Returns undefined if the actor may act, else the reason. In a direct room both users count as members, whatever their
 * roles; a guest, however, stays a guest.
 *
 * @param subject the standing of the user whom the action concerns, if there is one
 */
export function refusal(
  name: PermissionName,
  { standing, mutedUntil = 0 }: Actor,
  { chatRoomId, settings, closed }: Place,
  now: number,
  subject?: Standing,
): Refusal | undefined {
  const permission: Permission = permissions[name]
  const isDirect = isDirectRoomId(chatRoomId)
  const own = isDirect && isRole(standing) && standing !== 'guest' ? 'member' : standing
  if (isDirect && permission.direct === 'may not') return 'forbidden'
  const from = permission.from in settings ? settings[permission.from as keyof Deciding] : permission.from
  if (rankOf(own) < rankOf(from as Standing)) return 'forbidden'
  if (permission.upon === 'lower rank' && subject !== undefined && !isAbove(own, subject)) return 'forbidden'
  if (permission.muted === 'may not' && isRole(own) && mutedUntil > now) return 'muted'
  const stillMay = permission.closed === 'moderators may' ? 'moderator' : 'server'
  return permission.closed !== undefined && closed && rankOf(own) < rankOf(stillMay) ? 'room_closed' : undefined
}
