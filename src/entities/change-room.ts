import { createWriteTransaction } from 'electrodb'
import { Audit, type AuditRow } from './audit.ts'
import { ChatRoom, type RoomRow } from './chat-room.ts'
import { ChatRoomDetails, type DetailsRow } from './chat-room-details.ts'
import { Job, type JobRow } from './job.ts'
import { transact } from './transact.ts'

const entities = { Audit, ChatRoom, ChatRoomDetails, Job }

/** The columns of a room that can be changed; undefined is removed. */
export type RoomChange = Pick<RoomRow, 'roomName' | 'access' | 'gate' | 'historyFrom'>

const changeable = ['access', 'gate', 'historyFrom'] as const

/**
 * AP51. Writes what a room is from now on, and the entry that tells of it, if any, in one transaction: the room itself
 * only when something of it changes, because every send rewrites it.
 *
 * @param details as they are from now on; `changes` is one more than it was
 * @param job what the janitor is to do about it
 * @returns false when somebody has changed the details in between
 * @throws Unavailable when nothing was written
 */
export async function changeRoom(
  details: DetailsRow,
  room: RoomChange | undefined,
  audit: AuditRow | undefined,
  job?: JobRow,
): Promise<boolean> {
  const { chatRoomId, changes } = details
  const transaction = createWriteTransaction(entities, (tx) => [
    tx.ChatRoomDetails.put(details)
      .where((row, { notExists, eq }) =>
        changes === 1 ? `${notExists(row.changes)} OR ${eq(row.changes, 0)}` : eq(row.changes, changes - 1),
      )
      .commit(),
    ...(room === undefined
      ? []
      : [
          tx.ChatRoom.patch({ chatRoomId })
            .set(present(room))
            .remove(changeable.filter((name) => room[name] === undefined))
            .commit(),
        ]),
    ...(audit === undefined ? [] : [tx.Audit.put(audit).commit()]),
    ...(job === undefined ? [] : [tx.Job.put(job).commit()]),
  ])
  const { canceled } = await transact('change the room', () => transaction.go())
  return !canceled
}

const present = (room: RoomChange): RoomChange =>
  Object.fromEntries(Object.entries(room).filter(([, value]) => value !== undefined)) as RoomChange
