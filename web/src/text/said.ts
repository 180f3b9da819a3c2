import { type MessageEvent, printableName } from '../../../client/index.ts'
import { plainTextOf } from './markdown.ts'
import { withNames } from './mention-names.ts'

/** What a message says, in one line without formatting; of a file without a text, its name. */
export const saidIn = (
  { content, file, mentions }: Pick<MessageEvent, 'content' | 'file' | 'mentions'>,
  nameOf: (userId: string) => string,
): string => plainTextOf(withNames(content, mentions, nameOf)) || printableName(file?.fileName ?? '')
