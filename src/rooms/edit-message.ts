import { editMessage as writeEdit, getMessage, type MessageEdit, type MessageRow } from '../entities/message.ts'
import { Conflict, InvalidRequest, MessageNotFound, TooLarge, Unavailable } from '../errors.ts'
import { MAX_CAPTION_BYTES } from '../protocol/limits.ts'
import { showsNothing } from '../protocol/printable-name.ts'

/** What a message is to say. */
export interface Edit extends Omit<MessageEdit, 'editedAt'> {
  /** `editedAt` as the editor has seen it, 0 for none. */
  ifEditedAt?: number | undefined
}

/** Reactions and other edits come in between, one at a time: of many at once, each lets one other pass. */
const ATTEMPTS = 20

/**
 * Edits a message as it is now, whatever happens to it at the same time. What it says already is not written, so a
 * retry is a success. AP21, AP86.
 *
 * @param message as it was read
 * @param allow throws when this version of it may not be edited
 * @returns the message from now on
 * @throws MessageNotFound when it was deleted meanwhile
 * @throws Conflict when it was edited since `ifEditedAt`
 * @throws Unavailable when others have changed it twenty times meanwhile
 * @throws InvalidRequest | TooLarge when its kind can't say that
 */
export async function editMessage(
  message: MessageRow,
  edit: Edit,
  now: number,
  allow: (message: MessageRow) => void,
): Promise<{ message: MessageRow; changed: boolean }> {
  const { chatRoomId, messageId } = message
  const { ifEditedAt, ...said } = edit
  requireFitting(message, said.content)
  for (let row: MessageRow | undefined = message, attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (row === undefined) throw new MessageNotFound('unable to edit the message; there is none')
    if (saysAlready(row, said)) return { message: row, changed: false }
    allow(row)
    if (ifEditedAt !== undefined && ifEditedAt !== (row.editedAt ?? 0)) {
      throw new Conflict('unable to edit the message; it was edited meanwhile')
    }
    const editedAt = Math.max(now, (row.editedAt ?? 0) + 1)
    const written = await writeEdit(row, { ...said, editedAt })
    if (written !== undefined) return { message: written, changed: true }
    row = await getMessage(chatRoomId, messageId)
  }
  throw new Unavailable('unable to edit the message; too many do at once')
}

/** What the edit leaves out is as it is to be. */
function saysAlready(row: MessageRow, { content, metadata, mentions, mentionsRoom }: Omit<MessageEdit, 'editedAt'>) {
  return (
    row.content === content &&
    (metadata === undefined || row.metadata === metadata) &&
    (mentions === undefined || (row.mentions ?? '[]') === mentions) &&
    (mentionsRoom === undefined || (row.mentionsRoom ?? false) === mentionsRoom)
  )
}

/** A text is as it must be when it is sent; a file's caption is shorter, and may be none. */
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
