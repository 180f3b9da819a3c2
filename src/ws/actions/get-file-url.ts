import { admit, isReadable } from '../../rooms/admission.ts'
import { getMessage } from '../../entities/message.ts'
import { InvalidRequest, MessageNotFound } from '../../errors.ts'
import { withLocatedFile } from '../../files/locate-file.ts'
import { messageEventWithFile } from '../../files/message-event.ts'
import { smallUrl } from '../../files/small-url.ts'
import { defined } from '../../protocol/defined.ts'
import { action } from '../action.ts'

/**
 * Signs a new URL for the file of a message, for members only. It first checks where the file is now, because a client
 * may call this after a URL from the history stopped working. AP5, AP8, AP21, AP71.
 */
export const getFileUrl = action('getFileUrl', async (input, caller) => {
  const { chatRoomId, messageId } = input
  const [admitted, message] = await Promise.all([
    admit(caller, chatRoomId, 'read', Date.now()),
    getMessage(chatRoomId, messageId),
  ])
  if (message === undefined || message.kind === 'deleted' || !isReadable(admitted, message, Date.now())) {
    throw new MessageNotFound('unable to sign a URL; there is no such message')
  }
  const located = await withLocatedFile(message)
  const { file } = await messageEventWithFile(located)
  if (file === undefined) {
    throw new InvalidRequest('unable to sign a URL; there is no file', [
      { path: 'messageId', problem: 'is not a message with a file' },
    ])
  }
  const { fileUrl, fileUrlExpiresAt: expiresAt, fileName, thumbnailUrl } = file
  const pictureUrl = await smallUrl({ fileUrl: located.fileUrl!, fileName }, located.thumbs?.at(-1))
  return { fileUrl, expiresAt, ...defined({ thumbnailUrl, pictureUrl }) }
})
