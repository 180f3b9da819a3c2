import { changeRow, deleteRow, type StoredRow } from '../entities/erasure.ts'
import { namedUsers } from '../entities/named-users.ts'
import { deleteFile } from '../files/delete-file.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import { directNameWithout } from './direct-name-without.ts'
import { forgetInMessage } from './forget-in-message.ts'
import { type Erasures, mentionsWithout, renamed } from './renamed.ts'

/**
 * Removes erased users from a row: deletes it, or replaces their ids. It is harmless to repeat, and to run on a row
 * that has changed since, because whatever wrote the row already knew of the erasure.
 *
 * @returns the erased senders of the row's content; clients may still show it
 */
export async function forgetRow(row: StoredRow, erasures: Erasures, now: number): Promise<readonly string[]> {
  const { owners = [], inPlace, partition, speaker, others = [], within } = namedUsers[row.__edb_e__] ?? {}
  const isOwn =
    owners.some((field) => erasures.has(String(row[field]))) ||
    (inPlace && erasures.has(row.sk.slice(0, row.sk.lastIndexOf('#')))) ||
    (partition !== undefined && erasures.has(row.pk.slice(partition.length + 1)))
  const said = speaker === undefined ? undefined : erasures.get(String(row[speaker]))
  if (isOwn || said?.erasure === 'delete') {
    await deleteFileOf(row)
    await deleteRow(row)
    return []
  }
  if (row.__edb_e__ === 'Message') return forgetInMessage(row, erasures, now)
  if (row.__edb_e__ === 'FanOutTask') {
    if ([...erasures.keys()].some((id) => String(row.Deliveries).includes(JSON.stringify(id)))) await deleteRow(row)
    return []
  }
  const fields = [...others, ...(speaker === undefined ? [] : [speaker])]
  const to = { ...renamed(row, fields, erasures), ...(within && renamedWithin(row, erasures)) }
  if (Object.keys(to).length > 0) await changeRow(row, to)
  return []
}

function renamedWithin(row: StoredRow, erasures: Erasures): Record<string, unknown> {
  switch (row.__edb_e__) {
    case 'ChatRoom':
      return { ...pendingWithout(row, erasures), ...nameWithout(row, erasures) }
    case 'Change':
      // Only changes of members are renamed. The entry that a user was erased keeps naming the user as long as the log
      // exists.
      return row.What === 'u' ? renamed(row, ['Id'], erasures) : {}
    case 'Upload':
      return mentionsWithout(row, erasures)
    default:
      return {}
  }
}

function pendingWithout({ PendingMembers }: StoredRow, erasures: Erasures): Record<string, unknown> {
  const before = (PendingMembers ?? []) as string[]
  const after = before.filter((userId) => !erasures.has(userId))
  return after.length === before.length ? {} : { PendingMembers: after }
}

function nameWithout({ ChatRoomId, RoomName }: StoredRow, erasures: Erasures): Record<string, unknown> {
  if (!isDirectRoomId(String(ChatRoomId))) return {}
  const name = directNameWithout(String(RoomName), erasures)
  return name === RoomName ? {} : { RoomName: name }
}

/** Deletes the file of an upload that has no message, because no deletion of a message would delete it. */
async function deleteFileOf({ __edb_e__, ObjectKey, MessageId }: StoredRow): Promise<void> {
  if (__edb_e__ === 'Upload' && MessageId === undefined && typeof ObjectKey === 'string') await deleteFile(ObjectKey)
}
