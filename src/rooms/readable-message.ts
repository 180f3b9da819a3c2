import { getMessage, type MessageRow } from '../entities/message.ts'
import { MessageNotFound } from '../errors.ts'
import type { PermissionName } from '../protocol/permissions.ts'
import { type Actor, admit, isReadable } from './admission.ts'

/**
 * Returns a message, for a user who may do something with it that no setting of the room decides. AP5, AP8, AP21, AP71.
 *
 * @throws NotAMember | Forbidden | Muted | RoomClosed as `admit` does
 * @throws MessageNotFound when there is none, it was deleted, or the user may not read it
 */
export async function readableMessage(
  actor: Actor,
  { chatRoomId, messageId }: Pick<MessageRow, 'chatRoomId' | 'messageId'>,
  name: PermissionName,
  now: number,
): Promise<MessageRow> {
  const [admitted, message] = await Promise.all([
    admit(actor, chatRoomId, name, now),
    getMessage(chatRoomId, messageId),
  ])
  if (message === undefined || !isReadable(admitted, message, now)) {
    throw new MessageNotFound('unable to act upon the message; there is none')
  }
  return message
}
