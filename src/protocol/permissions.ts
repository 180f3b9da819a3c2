import { isDirectRoomId } from './room-id.ts'
import type { Role, Settings } from './room-schema.ts'

/** Above every role of a room: `tabletalk:admin` and `tabletalk:server` in a token. */
export type Standing = Role | 'admin'

const ranks = { guest: 0, member: 1, moderator: 2, owner: 3, admin: 4 } as const satisfies Record<Standing, number>

/** 0 for a guest to 4 for an admin. */
export const rankOf = (standing: Standing): number => ranks[standing]

export const isAbove = (one: Standing, other: Standing): boolean => rankOf(one) > rankOf(other)

/** The settings that decide who may do something. */
type Deciding = Pick<Settings, 'post' | 'invite' | 'pin' | 'mentionRoom'>

export interface Permission {
  /** The lowest rank that may, or the setting that names it. */
  from: Standing | keyof Deciding
  /** Only upon somebody of a lower rank. */
  upon?: 'lower rank'
  /** Whether a muted member may not. */
  muted?: 'may not'
  /** Who may not in a closed room: nobody but an admin may, or moderators still may. */
  closed?: 'may not' | 'moderators may'
  /** Whether it makes no sense in the direct room of two. */
  direct?: 'may not'
}

const silent = { muted: 'may not', closed: 'may not' } as const
const person = { upon: 'lower rank', direct: 'may not' } as const

/**
 * Who may do what in a room: the one table that the server checks, the SDK shows (`room.can`), and the documentation
 * and the tests are made from. It is fixed: what a deployment may choose are a room's settings.
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

/** Somebody, as far as the table looks at them. */
export interface Actor {
  standing: Standing
  /** Epoch milliseconds. */
  mutedUntil?: number | undefined
}

/** A room, as far as the table looks at it. */
export interface Place {
  chatRoomId: string
  settings: Deciding
  closed: boolean
}

/** Why somebody may not, as an error code. */
export type Refusal = 'forbidden' | 'muted' | 'room_closed'

/**
 * Returns undefined when the actor may, otherwise why not. In a direct room both are members, whatever their rows say.
 *
 * @param subject upon whom, where the permission is upon a person
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
  const own = isDirect && standing !== 'admin' && standing !== 'guest' ? 'member' : standing
  if (isDirect && permission.direct === 'may not') return 'forbidden'
  const from = permission.from in settings ? settings[permission.from as keyof Deciding] : permission.from
  if (rankOf(own) < rankOf(from as Standing)) return 'forbidden'
  if (permission.upon === 'lower rank' && subject !== undefined && !isAbove(own, subject)) return 'forbidden'
  if (permission.muted === 'may not' && own !== 'admin' && mutedUntil > now) return 'muted'
  const stillMay = permission.closed === 'moderators may' ? 'moderator' : 'admin'
  return permission.closed !== undefined && closed && rankOf(own) < rankOf(stillMay) ? 'room_closed' : undefined
}
