import type { RoomRow } from '../entities/chat-room.ts'
import { putJob, singleJobItem } from '../entities/job.ts'
import { startCounting } from '../entities/room-size.ts'
import { MAX_MEMBERS_PER_REPLY } from '../protocol/limits.ts'

/** The shortest time between two counts of a room, in milliseconds, because a count reads every member. */
export const RECOUNT_AFTER_MS = 10 * 60 * 1_000

type Room = Pick<RoomRow, 'chatRoomId' | 'createdAt'>

/** Has the members of a large room counted again by the janitor. A room has one such job at a time. AP122. */
export async function haveRecounted({ chatRoomId, createdAt }: Room, now: number): Promise<void> {
  await putJob(singleJobItem('countMembers', { chatRoomId }, createdAt, now))
}

/** Has the members of a room that was found to be large counted, and counts who joins until then. AP83, AP122. */
export async function haveCounted(room: Room, now: number): Promise<void> {
  await haveRecounted(room, now)
  await startCounting(room.chatRoomId, MAX_MEMBERS_PER_REPLY)
}
