import { type BanRow, getBan, isBan } from '../entities/ban.ts'
import type { RoomRow } from '../entities/chat-room.ts'
import { type InviteRow, isGood } from '../entities/invite.ts'
import { Banned, InvalidInvite, RoomNotFound } from '../errors.ts'
import type { Actor } from './admission.ts'
import { accessOfRoom } from './room-view.ts'

/** An invite that was given, and what it was found to be. */
interface Given {
  invite: InviteRow | undefined
  chatRoomId: string
}

/**
 * Whether somebody who is no member may enter a room, and by which invite. An invite is looked at before the room: a
 * wrong one tells nothing of it. AP53.
 *
 * @param room undefined when there is none
 * @param given undefined when no invite was given
 * @returns the room, the invite, and what is kept of the user's last membership
 * @throws InvalidInvite when the invite is none, of another room, or good no more
 * @throws RoomNotFound when there is no such room, or it is private or direct: the same for a banned user
 * @throws Banned from a room that the user may know of
 */
export async function requireEntry(
  { userId, scopes }: Actor,
  room: RoomRow | undefined,
  given: Given | undefined,
): Promise<{ room: RoomRow; invite: InviteRow | undefined; kept: BanRow | undefined }> {
  const now = Date.now()
  const invite = given?.invite
  if (given !== undefined && (invite?.chatRoomId !== given.chatRoomId || !isGood(invite, now))) {
    throw new InvalidInvite('unable to join; the invite is none, or good no more')
  }
  const notFound = new RoomNotFound('unable to join; there is no such room')
  if (room === undefined) throw notFound
  const access = accessOfRoom(room)
  const isOpen = access === 'public' || access === 'link' || scopes.has('admin') || invite !== undefined
  if (access === 'direct' || !isOpen) throw notFound
  const ban = await getBan({ chatRoomId: room.chatRoomId, userId })
  if (ban === undefined || !isBan(ban, now)) return { room, invite, kept: ban }
  throw new Banned('unable to join; the user is banned from this room', ban.until && ban.until - now)
}
