import { setOpenRoom } from '../../entities/connection.ts'
import { getRoom, type RoomRow } from '../../entities/chat-room.ts'
import { newJoinId } from '../../entities/join-id.ts'
import { getInvite, type InviteRow } from '../../entities/invite.ts'
import { noteSize, requirePlaceForMembers } from '../../rooms/room-size.ts'
import { requirePlaceForRoom } from '../../rooms/require-place.ts'
import { getMembership, type MembershipRow, roomWithMembers } from '../../entities/membership.ts'
import { getStates } from '../../entities/room-state.ts'
import { InvalidInvite, RoomNotFound } from '../../errors.ts'
import { MAX_MEMBERS_PER_REPLY } from '../../protocol/limits.ts'
import { readableAfter, standingOf } from '../../rooms/admission.ts'
import { pendingMembership } from '../../rooms/membership-in.ts'
import { memberCountOnPage } from '../../rooms/count-members.ts'
import { requireEntry } from '../../rooms/entry.ts'
import { join, stayIn } from '../../rooms/join.ts'
import { notifyOnWire, pacedOnWire, roomReply } from '../../rooms/room-view.ts'
import { sessionOf } from '../../rooms/session.ts'
import { socketAction } from '../action.ts'
import { ownConnection, type SocketCaller } from '../caller.ts'
import { writeCursor } from '../cursor.ts'
import { recover } from '../recover.ts'

/**
 * Makes the caller a member, subscribes the connection's session, and returns the room and what was missed. The order
 * matters: first the membership, then the subscription, then the gap, so that no message is missed in between. AP3,
 * AP4, AP5, AP8, AP10, AP13, AP14, AP15, AP17, AP20, AP22, AP34, AP36, AP38, AP44, AP53, AP61, AP67, AP71, AP82, AP83,
 * AP91, AP96, AP98, AP122.
 *
 * A caller who may not enter cannot tell whether the room exists: the reply is the same, and so are the reads.
 */
export const joinRoom = socketAction('joinRoom', async (input, caller) => {
  const { userId, connectionId } = caller
  const invite = input.invite === undefined ? undefined : await getInvite(input.invite)
  const chatRoomId = input.chatRoomId ?? invite?.chatRoomId
  if (chatRoomId === undefined) throw new InvalidInvite('unable to join; there is no such invite')
  const [room, stored, session] = await Promise.all([
    getRoom(chatRoomId),
    getMembership(chatRoomId, userId),
    sessionOf(ownConnection(caller)),
  ])
  const membership = stored ?? (await pendingMembership(room, userId))
  // Another connection of the user may leave the room between any two steps. The user then joins once more.
  let isIn = room !== undefined && membership !== undefined && (await stayIn(membership, session))
  while (!isIn) {
    const way = await requireEntry(caller, room, input.invite === undefined ? undefined : { invite, chatRoomId })
    await requirePlaceForRoom(userId)
    await requirePlaceForMembers(way.room, [userId], Date.now(), true)
    isIn = await join(newMembership(way.room, caller, way.invite), session, {
      invite: way.invite?.invite,
      kept: way.kept,
    })
  }
  const [found, current, [state]] = await Promise.all([
    roomWithMembers(chatRoomId, { limit: MAX_MEMBERS_PER_REPLY }),
    getMembership(chatRoomId, userId),
    getStates([{ userId, chatRoomId }]),
    setOpenRoom(connectionId, chatRoomId),
  ])
  if (found === undefined) throw new RoomNotFound('unable to join; there is no such room')
  const now = Date.now()
  await noteSize(found.room, found.nextCursor !== undefined, now)
  const standing = standingOf(caller, chatRoomId, current) ?? 'member'
  const since = readableAfter({ room: found.room, membership: current })
  const gap = await recover(found.room, { lastSeq: input.lastSeq, lastRev: input.lastRev, since })
  // Read after the gap, because the gap must not contain messages written after the user was removed.
  const isEmpty = gap.events.length + gap.changes.length === 0
  const joinId = isEmpty ? current?.joinId : (await getMembership(chatRoomId, userId))?.joinId
  const isStillIn = joinId !== undefined && joinId === current?.joinId
  const shown = writeCursor(roomReply(found, memberCountOnPage(found), { standing, membership: current, since }))
  const reply = { ...shown, ...pacedOnWire(found.room), ...notifyOnWire(state, now) }
  return { ...reply, ...(isStillIn ? gap : nothingOf(found.room)) }
})

/** Returns an empty recovery, for a room that the caller was removed from during the join. */
const nothingOf = ({ headRev = 0 }: RoomRow) => ({
  recovered: false,
  events: [],
  headRev,
  changesRecovered: false,
  changes: [],
})

const newMembership = (
  room: RoomRow,
  { userId, connectionId, scopes }: SocketCaller,
  invite: InviteRow | undefined,
): MembershipRow => ({
  chatRoomId: room.chatRoomId,
  userId,
  role: scopes.has('guest') ? 'guest' : (invite?.role ?? 'member'),
  joinedAt: Date.now(),
  joinId: newJoinId(room),
  joinedSeq: room.headSeq,
  originConnectionId: connectionId,
})
