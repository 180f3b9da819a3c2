import { type MessageEvent, printableName } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { saidIn } from './said.ts'

/** The most characters of a message that a line of the list shows. */
const LENGTH = 120

interface View {
  /** The user who is signed in. */
  userId: string
  /** In a direct conversation the other user's name is left out. */
  isDirect: boolean
  nameOf: (userId: string) => string
}

/** Returns a message in one line: `Bob: Is there any tea left?`, `You: dot.png`. */
export function previewOf(message: MessageEvent, { userId, isDirect, nameOf }: View): string {
  const { senderId, content, deleted } = message
  const said = deleted ? words.deletedMessage : saidIn({ ...message, content: content.slice(0, 4 * LENGTH) }, nameOf)
  const text = [...(printableName(said) || '…')].slice(0, LENGTH).join('')
  if (senderId === userId) return words.youSaid(text)
  return isDirect ? text : words.said(nameOf(senderId), text)
}
