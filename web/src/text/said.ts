import { type MessageEvent, printableName } from '../../../client/index.ts'
import { plainTextOf } from './markdown.ts'

/** What a message says, in one line without formatting; of a file without a text, its name. */
export const saidIn = ({ content, file }: Pick<MessageEvent, 'content' | 'file'>): string =>
  plainTextOf(content) || printableName(file?.fileName ?? '')
