import { randomUUID } from 'node:crypto'
import { blocksOf } from '../../entities/block.ts'
import { erasedAmong } from '../../entities/erasure.ts'
import type { RoomRow } from '../../entities/chat-room.ts'
import { setOpenRoom } from '../../entities/connection.ts'
import { completeRoom, createRoom as putRoom } from '../../entities/create-room.ts'
import { Conflict } from '../../errors.ts'
import type { Request } from '../../protocol/actions.ts'
import { defined } from '../../protocol/defined.ts'
import { standingOf } from '../../rooms/admission.ts'
import { requireSmallEnough } from '../../rooms/room-size.ts'
import { requirePlaceForRoom } from '../../rooms/require-place.ts'
import { roomReply } from '../../rooms/room-view.ts'
import { sessionOf } from '../../rooms/session.ts'
import { newRoomOf } from '../../rooms/update-room.ts'
import { action } from '../action.ts'
import { type Caller, ownConnection } from '../caller.ts'
import { logger } from '../../logger.ts'
import { requireRetention } from '../require-retention.ts'
import { requireRoomCreation, roomPolicy } from '../room-policy.ts'

/**
 * How many of the members that do not fit into the room's transaction are added here. If there are more, the
 * follow-ups add them all. So a frame costs at most 100 write units, and no member is written twice.
 */
const MEMBERS_AT_ONCE = 24

/**
 * Creates a room with its first members and subscribes the creating connection, if there is one, all or nothing. Users
 * who have blocked the caller or were erased are left out, and listed in `refused`. The work after the transaction
 * never fails the action, because a retry would then fail with a conflict over the id. AP3, AP4, AP17, AP32, AP33,
 * AP36, AP38, AP44, AP58, AP145.
 */
export const createRoom = action('createRoom', async (input, caller) => {
  requireRoomCreation(caller, input.chatRoomId)
  requireRetention(caller, input.settings)
  const connection = ownConnection(caller)
  const owner = ownerOf(caller)
  const [{ members, refused }, session] = await Promise.all([
    membersOf(input, caller.userId, owner),
    connection && sessionOf(connection),
    connection && requirePlaceForRoom(caller.userId),
  ])
  requireSmallEnough(members.length)
  const { room, details } = newRoomIn(input, caller, members.length)
  const { chatRoomId } = room
  const newRoom = { ...room, members, ...defined({ owner, session, details }) }
  const created = await putRoom(newRoom)
  if (created === undefined) throw new Conflict('unable to create the room; its id is taken')
  const ends = await Promise.allSettled([
    created.pending.length > MEMBERS_AT_ONCE ? undefined : completeRoom(room, created.pending),
    connection && setOpenRoom(connection.connectionId, chatRoomId),
  ])
  for (const end of ends) {
    // The follow-ups add the missing members. The open room is set again at the next join.
    if (end.status === 'rejected') logger.warn('room not quite created', { chatRoomId, error: end.reason as Error })
  }
  const found = { room, details, members: members.sort() }
  const membership = owner === undefined ? undefined : ({ role: 'owner' } as const)
  const standing = standingOf(caller, chatRoomId, membership) ?? 'owner'
  return { ...roomReply(found, members.length, { standing, membership }), ...(refused.length === 0 ? {} : { refused }) }
})

/** Returns the user who creates the room; undefined if a backend creates it in no user's name. */
const ownerOf = ({ userId, backend }: Caller): string | undefined =>
  backend === undefined || backend.actsAsUser ? userId : undefined

async function membersOf(
  { members = [] }: Request<'createRoom'>,
  createdBy: string,
  owner: string | undefined,
): Promise<{ members: string[]; refused: { userId: string; code: 'banned' | 'blocked' }[] }> {
  const others = [...new Set(members)].filter((member) => member !== owner)
  const [blocking, erased] = await Promise.all([blocksOf(others, createdBy), erasedAmong(others)])
  const leftOut = others.filter((userId) => blocking.has(userId) || erased.has(userId))
  return {
    members: [...(owner === undefined ? [] : [owner]), ...others.filter((userId) => !leftOut.includes(userId))],
    refused: leftOut.map((userId) => ({ userId, code: erased.has(userId) ? 'banned' : 'blocked' })),
  }
}

function newRoomIn(
  { chatRoomId = randomUUID(), ...input }: Request<'createRoom'>,
  { userId: createdBy, scopes }: Caller,
  memberCount: number,
) {
  const { roomName, access = roomPolicy.defaultRoomAccess, topic, settings, metadata } = input
  const room: RoomRow = { chatRoomId, roomName, headSeq: 0, createdBy, createdAt: Date.now() }
  return newRoomOf(room, {
    access,
    memberCount,
    byServer: scopes.has('server'),
    ...defined({ topic, settings, metadata }),
  })
}
