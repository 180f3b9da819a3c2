import { type MessageEvent, printableName } from '../../../client/index.ts'
import { plainTextOf } from './markdown.ts'
import { withNames } from './mention-names.ts'

/** Returns the text of a message in one line without formatting, or the name of its file if it has no text. */
export const saidIn = (
  { content, file, mentions }: Pick<MessageEvent, 'content' | 'file' | 'mentions'>,
  nameOf: (userId: string) => string,
): string => plainTextOf(withNames(content, mentions, nameOf)) || printableName(file?.fileName ?? '')
