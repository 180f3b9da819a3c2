import type { MessageEvent } from '../../../client/index.ts'
import { isPicture } from './file-type.ts'

/** A message with a picture. */
export type PictureMessage = MessageEvent & { file: NonNullable<MessageEvent['file']> }

/** Returns the messages with pictures among these. */
export const picturesIn = (messages: readonly MessageEvent[]): PictureMessage[] =>
  messages.filter((message): message is PictureMessage => {
    const { file, deleted } = message
    return !deleted && file !== undefined && isPicture(file.contentType)
  })
