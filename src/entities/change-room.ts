import { createWriteTransaction } from 'electrodb'
import { Audit, type AuditRow } from './audit.ts'
import { ChatRoom, type RoomRow } from './chat-room.ts'
import { ChatRoomDetails, type DetailsRow } from './chat-room-details.ts'
import { Job, type JobRow } from './job.ts'
import { Message } from './message.ts'
import { transact } from './transact.ts'

const entities = { Audit, ChatRoom, ChatRoomDetails, Job, Message }

/** The attributes of a room that can be changed. Those that are undefined are removed. */
export type RoomChange = Pick<
  RoomRow,
  'roomName' | 'access' | 'gate' | 'historyFrom' | 'retentionDays' | 'retentionByServer'
> & {
  /** Epoch milliseconds, for a room that is deleted. */
  deletedAt?: number
}

const changeable = ['access', 'gate', 'historyFrom', 'retentionDays', 'retentionByServer'] as const

/** Whether a message is pinned from now on: it isn't if `pinned` is absent. */
export interface PinMark {
  messageId: string
  pinned?: { by: string; at: number }
}

/**
 * AP51. Writes a room's new details in one transaction with the audit entry. Writes the room itself only when one of
 * its own attributes changes, because every send rewrites that row too.
 *
 * @param details the new details, with `changes` one higher than before
 * @param room the room's new attributes; undefined if none of them changes
 * @param also `job`: a job that the change causes; `mark`: the message that is pinned or unpinned
 * @returns false when somebody has changed the details in between, or the message is gone
 * @throws Unavailable when the table is too busy; nothing was written
 */
export async function changeRoom(
  details: DetailsRow,
  room: RoomChange | undefined,
  audit: AuditRow | undefined,
  { job, mark }: { job?: JobRow | undefined; mark?: PinMark | undefined } = {},
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
    ...(mark === undefined
      ? []
      : [
          tx.Message.patch({ chatRoomId, messageId: mark.messageId })
            .set(mark.pinned === undefined ? {} : { pinnedBy: mark.pinned.by, pinnedAt: mark.pinned.at })
            .remove(mark.pinned === undefined ? ['pinnedBy', 'pinnedAt'] : [])
            .add({ version: 1 })
            .where((row, { ne }) => ne(row.kind, 'deleted'))
            .commit(),
        ]),
  ])
  const { canceled } = await transact('change the room', () => transaction.go())
  return !canceled
}

const present = (room: RoomChange): RoomChange =>
  Object.fromEntries(Object.entries(room).filter(([, value]) => value !== undefined)) as RoomChange
