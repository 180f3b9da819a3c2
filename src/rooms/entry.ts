import { type BanRow, getBan, isBan } from '../entities/ban.ts'
import type { RoomRow } from '../entities/chat-room.ts'
import { type InviteRow, isGood } from '../entities/invite.ts'
import { Banned, InvalidInvite, RoomNotFound } from '../errors.ts'
import type { Actor } from './admission.ts'
import { accessOfRoom } from './room-view.ts'

/** An invite that a user gave, as it was read. */
interface Given {
  invite: InviteRow | undefined
  chatRoomId: string
}

/**
 * Makes sure that a user who is not a member may enter a room. The invite is checked before the room, so a wrong invite
 * reveals nothing about the room. AP53.
 *
 * @param room undefined if there is none
 * @param given undefined if the user gave no invite
 * @returns the room, the invite, and what is kept of the user's last membership
 * @throws InvalidInvite when the invite doesn't exist, is for another room, has expired or was used up
 * @throws RoomNotFound when the room doesn't exist, or is private or direct; also when the user is banned from such a
 *   room
 * @throws Banned when the user is banned from a room that they may know about
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
