import { type MessageEvent, printableName } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { saidIn } from './said.ts'

/** A line of a list shows no more of a message. */
const LENGTH = 120

interface View {
  /** Who looks at it. */
  userId: string
  /** Of two people, the other one needs no name. */
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
