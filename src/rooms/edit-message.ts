import { editMessage as writeEdit, type MessageEdit, type MessageRow } from '../entities/message.ts'
import { Conflict, InvalidRequest, TooLarge, Unavailable } from '../errors.ts'
import { MAX_CAPTION_BYTES } from '../protocol/limits.ts'
import { showsNothing } from '../protocol/printable-name.ts'

/** An edit of a message. */
export interface Edit extends Omit<MessageEdit, 'editedAt'> {
  /** The `editedAt` that the editor has seen; 0 if the message was not edited before. */
  ifEditedAt?: number | undefined
}

/** A message that the caller may edit. */
export interface Editable {
  message: MessageRow
  /** Throws if the message may not be changed any more. It is called only where it doesn't say the same already. */
  allow: () => void
}

/** Attempts to write the edit. Each reaction or other edit that comes in between costs one. */
const ATTEMPTS = 20

/**
 * Edits a message, whatever happens to it at the same time. Writes nothing if the message already says the same, so a
 * retry succeeds. AP21, AP86.
 *
 * @param found the message as it was read
 * @param findAgain reads it before every attempt but the first, and throws if the caller may not edit it now
 * @returns the message after the edit
 * @throws Conflict when it was edited since `ifEditedAt`
 * @throws Unavailable when others have changed it twenty times meanwhile
 * @throws InvalidRequest | TooLarge when a message of this kind can't have this content
 */
export async function editMessage(
  found: Editable,
  edit: Edit,
  now: number,
  findAgain: () => Promise<Editable>,
): Promise<{ message: MessageRow; changed: boolean }> {
  const { ifEditedAt, ...said } = edit
  requireFitting(found.message, said.content)
  for (let { message: row, allow } = found, attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (saysAlready(row, said)) return { message: row, changed: false }
    allow()
    if (ifEditedAt !== undefined && ifEditedAt !== (row.editedAt ?? 0)) {
      throw new Conflict('unable to edit the message; it was edited meanwhile')
    }
    const editedAt = Math.max(now, (row.editedAt ?? 0) + 1)
    const written = await writeEdit(row, { ...said, editedAt })
    if (written !== undefined) return { message: written, changed: true }
    ;({ message: row, allow } = await findAgain())
  }
  throw new Unavailable('unable to edit the message; too many do at once')
}

/** Tells whether a message already says what an edit is to make it say. What the edit leaves out needn't change. */
function saysAlready(row: MessageRow, { content, metadata, mentions, mentionsRoom }: Omit<MessageEdit, 'editedAt'>) {
  return (
    row.content === content &&
    (metadata === undefined || row.metadata === metadata) &&
    (mentions === undefined || (row.mentions ?? '[]') === mentions) &&
    (mentionsRoom === undefined || (row.mentionsRoom ?? false) === mentionsRoom)
  )
}

/**
 * Makes sure that the content is valid for the kind of message. A text must show something, as when it is sent. A
 * file's caption may be empty, but has a lower limit.
 */
function requireFitting({ kind }: MessageRow, content: string): void {
  const invalid = (problem: string) => [{ path: 'content', problem }]
  if (kind !== 'file') {
    if (!showsNothing(content)) return
    throw new InvalidRequest('unable to edit the message; nothing would be left of it', invalid('shows nothing'))
  }
  if (Buffer.byteLength(content) <= MAX_CAPTION_BYTES) return
  const problem = `is longer than ${MAX_CAPTION_BYTES} bytes of UTF-8`
  throw new TooLarge('unable to edit the caption; it is over its limit', invalid(problem))
}
