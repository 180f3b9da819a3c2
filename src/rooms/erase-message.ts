import { type AuditRow } from '../entities/audit.ts'
import { eraseMessage as writeErased, type MessageRow } from '../entities/message.ts'
import { MessageNotFound, Unavailable } from '../errors.ts'

/** Attempts to delete. Each reaction or edit that comes in between costs one. */
const ATTEMPTS = 20

/**
 * Deletes a message permanently, whatever happens to it at the same time. If it was deleted already, nothing is
 * written, and no audit entry either. AP34, AP87.
 *
 * @param message the message as it was read
 * @param readAgain reads the message before every attempt but the first, and throws if the caller may not delete it now
 * @param audit the audit entry, if there is to be one
 * @returns the row that is left
 * @throws MessageNotFound when its place is empty
 * @throws Unavailable when others have changed it twenty times meanwhile
 */
export async function eraseMessage(
  message: MessageRow,
  deletion: { deletedAt: number; deletedBy: string; traceId?: string },
  readAgain: () => Promise<MessageRow | undefined>,
  audit?: AuditRow,
): Promise<{ message: MessageRow; changed: boolean }> {
  for (let row: MessageRow | undefined = message, attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (row === undefined) throw new MessageNotFound('unable to delete the message; there is none')
    if (row.kind === 'deleted') return { message: row, changed: false }
    const erased = await writeErased(row, deletion, audit)
    if (erased !== undefined) return { message: erased, changed: true }
    row = await readAgain()
  }
  throw new Unavailable('unable to delete the message; too many change it at once')
}
