import type { RoomRow } from '../entities/chat-room.ts'
import type { DetailsRow } from '../entities/chat-room-details.ts'
import { seqOf } from '../entities/message.ts'
import type { RoomWithMembers } from '../entities/membership.ts'
import { gateOf } from '../entities/gate.ts'
import { notifyOf } from '../entities/notify-level.ts'
import { retentionOf } from '../entities/retention.ts'
import { type RoomClass, classOf } from '../entities/room-class.ts'
import { defined } from '../protocol/defined.ts'
import { isRole, type Standing } from '../protocol/permissions.ts'
import { READ_EVERY_MS } from '../protocol/limits.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import type { Access, ChosenAccess, Role, RoomDetails } from '../protocol/room-schema.ts'
import { settingsOf } from '../protocol/settings-of.ts'

const stored = { p: 'public', r: 'private' } as const

/** Returns who may enter a room. A room of version 0.1.0 has no `access`: anybody who knows its id may join. */
export const accessOfRoom = ({ chatRoomId, access }: Pick<RoomRow, 'chatRoomId' | 'access'>): Access =>
  isDirectRoomId(chatRoomId) ? 'direct' : access === undefined ? 'link' : stored[access]

/** Returns an access as it is stored: undefined for `link`. */
export const storedAccess = (access: ChosenAccess): 'p' | 'r' | undefined =>
  access === 'public' ? 'p' : access === 'private' ? 'r' : undefined

/** Returns a role as other users see it. In a direct room both users are members, whatever is stored. */
export const shownRole = (chatRoomId: string, role: Role): Role => (isDirectRoomId(chatRoomId) ? 'member' : role)

/** Returns the attributes of a room that every reply has. */
export const roomOnWire = ({ chatRoomId, roomName, headSeq }: RoomRow) => ({ chatRoomId, roomName, headSeq })

/**
 * Returns what a room is to the caller. `role` is absent for an admin who is not a member; `admin` is set for one who
 * is, because the role alone would say too little.
 */
export function standingOnWire(room: RoomRow, standing: Standing, membership: { role: Role } | undefined) {
  const role = isRole(standing) ? standing : membership?.role
  return {
    access: accessOfRoom(room),
    ...(role === undefined ? {} : { role: shownRole(room.chatRoomId, role) }),
    ...(role !== undefined && !isRole(standing) ? { admin: true as const } : {}),
  }
}

/**
 * How often a client may mark a room as read, in milliseconds. A mark costs as much as receiving two messages, so it is
 * less often where many users read.
 */
const readEveryMs = { small: READ_EVERY_MS, medium: 30_000, huge: 120_000 } as const satisfies Record<RoomClass, number>

/** Returns how often a client may mark the room as read. */
export const pacedOnWire = (room: Pick<RoomRow, 'size'>) => ({ readEveryMs: readEveryMs[classOf(room)] })

/** Returns which messages wake the caller, if it isn't all. */
export const notifyOnWire = (...state: Parameters<typeof notifyOf>) => defined({ notify: notifyOf(...state) })

/**
 * Returns the pins of messages that a reader may read, because the other messages must not be known to them.
 *
 * @param since the seq after which the reader may read
 */
export const shownPins = (pins: readonly string[], since: number): string[] =>
  pins.filter((messageId) => seqOf({ messageId }) > since)

/**
 * Returns all details of a room.
 *
 * @param memberCount the number of members, see `memberCountOf`; undefined where it is not shown
 * @param since the seq after which the reader may read; by default, everything that the room still shows
 */
export function detailsOnWire(
  room: RoomRow,
  details: DetailsRow | undefined,
  memberCount?: number,
  since = (room.firstSeq ?? 1) - 1,
): RoomDetails {
  const { chatRoomId, roomName, createdBy, createdAt } = room
  const access = accessOfRoom(room)
  return {
    chatRoomId,
    roomName,
    access,
    ...defined({ topic: details?.topic, imageUrl: details?.imageUrl }),
    settings: {
      ...settingsOf(access, details?.settings === undefined ? {} : (JSON.parse(details.settings) as object)),
      // The value in force, whether the room or the deployment sets it.
      retentionDays: retentionOf(room) ?? null,
    },
    ...(details?.metadata === undefined ? {} : { metadata: JSON.parse(details.metadata) as Record<string, unknown> }),
    pins: shownPins(details?.pins ?? [], since),
    closed: gateOf(room).closed,
    createdBy,
    createdAt,
    memberCount: memberCount ?? details?.memberCount ?? 0,
    version: details?.changes ?? 0,
  }
}

/**
 * A room with a page of its members.
 *
 * @param memberCount the number of all members, see `memberCountIn`
 * @param since the seq after which the caller may read
 */
export function roomReply(
  found: RoomWithMembers,
  memberCount: number,
  { standing, membership, since }: { standing: Standing; membership: { role: Role } | undefined; since?: number },
) {
  const { room, details, members, nextCursor } = found
  return {
    ...roomOnWire(room),
    ...standingOnWire(room, standing, membership),
    room: detailsOnWire(room, details, memberCount, since),
    members,
    ...defined({ nextCursor }),
  }
}
