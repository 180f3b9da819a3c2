import { appendChanges, type Changed, type ChangeRow, getHeadRev, MAX_APPENDED } from '../entities/change.ts'
import { raiseHeadRev, type RoomRow } from '../entities/chat-room.ts'
import { classOf, type RoomClass } from '../entities/room-class.ts'
import { Unavailable } from '../errors.ts'

/**
 * Another invocation may append to the same room, because the stream has several shards, and batches are redelivered.
 */
const ATTEMPTS = 5

/**
 * Appends changes to a room's log, in one transaction for every 99 changes, and raises the room's `HeadRev`. AP88,
 * AP89, AP90.
 *
 * @param now epoch milliseconds
 * @returns the changes with their revs, the size of the room, and its row, which has the part of the history that it
 *   shows
 * @throws Unavailable when others have appended five times in between. The caller then repeats everything. Changes that
 *   were appended already are appended again, which is harmless, because clients compare versions.
 */
export async function noteChanges(
  chatRoomId: string,
  changes: readonly Changed[],
  now: number,
): Promise<{ noted: ChangeRow[]; size: RoomClass; room: Partial<RoomRow> }> {
  const noted: ChangeRow[] = []
  while (noted.length < changes.length) {
    const some = changes.slice(noted.length, noted.length + MAX_APPENDED)
    const head = await append(chatRoomId, some, now)
    noted.push(...some.map((change, i) => ({ ...change, rev: head + 1 + i })))
  }
  const last = noted.at(-1)
  if (last === undefined) return { noted, size: 'small', room: {} }
  const room = await raiseHeadRev(chatRoomId, last.rev)
  return { noted, size: classOf(room), room }
}

/**
 * Appends changes that fit into one transaction.
 *
 * @returns the rev of the change before them
 */
async function append(chatRoomId: string, changes: readonly Changed[], now: number): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const head = await getHeadRev(chatRoomId)
    if (await appendChanges(chatRoomId, head, changes, now)) return head
  }
  throw new Unavailable('unable to note the changes; others have noted some five times meanwhile')
}
