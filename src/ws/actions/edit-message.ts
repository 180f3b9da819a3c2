import { getMessage, type MessageRow, seqOf } from '../../entities/message.ts'
import { Forbidden, MessageNotFound } from '../../errors.ts'
import type { Request } from '../../protocol/actions.ts'
import { defined } from '../../protocol/defined.ts'
import { admit, type Admitted, isReadableOrOwn, requirePermission } from '../../rooms/admission.ts'
import { notErased, othersOf } from '../../rooms/aside.ts'
import { metadataText } from '../../rooms/metadata-text.ts'
import { editMessage as edit, type Editable } from '../../rooms/edit-message.ts'
import { traceId } from '../../trace.ts'
import { action } from '../action.ts'
import type { Caller } from '../caller.ts'

/**
 * Edits the caller's own message, as long as the room allows it. A backend may edit any message at any time. AP5, AP8,
 * AP21, AP50, AP71, AP86, AP145.
 */
export const editMessage = action('editMessage', async (input, caller) => {
  const { chatRoomId, messageId, ifEditedAt } = input
  const now = Date.now()
  const find = () => findEditable(input, caller, now)
  const found = await find()
  const wanted = { ...(await editOf(input, found.message.senderId)), ifEditedAt }
  const { message, changed } = await edit(found, wanted, now, find)
  const { version = 0, editedAt = 0 } = message
  return { chatRoomId, messageId, seq: seqOf(message), version, editedAt, changed }
})

/** Reads the message, and checks that the caller may edit it. */
async function findEditable(
  { chatRoomId, messageId, mentionRoom }: Request<'editMessage'>,
  caller: Caller,
  now: number,
): Promise<Editable> {
  const [admitted, message] = await Promise.all([
    admit(caller, chatRoomId, 'edit', now, { withSettings: true }),
    getMessage(chatRoomId, messageId),
  ])
  if (message === undefined || !isReadableOrOwn(admitted, message, caller.userId, now)) {
    throw new MessageNotFound('unable to edit the message; there is none')
  }
  if (!isOwn(message, caller)) throw new Forbidden("unable to edit the message; it is another user's")
  if (mentionRoom && !message.mentionsRoom) requirePermission(admitted, 'mentionRoom')
  return { message, allow: () => requireTime(message, admitted, caller, now) }
}

async function editOf({ content, metadata, mentions, mentionRoom }: Request<'editMessage'>, senderId: string) {
  return {
    content,
    ...defined({ metadata: metadataText(metadata), mentionsRoom: mentionRoom, traceId: traceId() }),
    ...(mentions && { mentions: JSON.stringify(await notErased(othersOf(mentions, senderId))) }),
  }
}

/** Whether the caller may change the words of a message: only its sender may, or a backend, whoever it acts as. */
const isOwn = ({ senderId }: MessageRow, { userId, scopes }: Caller): boolean =>
  senderId === userId || scopes.has('server')

function requireTime({ timestamp }: MessageRow, { settings }: Admitted, { scopes }: Caller, now: number): void {
  const { editWindowSeconds } = settings
  if (editWindowSeconds === null || scopes.has('server') || now - timestamp < editWindowSeconds * 1_000) return
  throw new Forbidden('unable to edit the message; the time to edit it is over')
}
