import { type MessageEvent, printableName } from '../../../client/index.ts'
import { plainTextOf } from './markdown.ts'

/** A line of a list shows no more of a message. */
const LENGTH = 120

/** Returns a message in one line: `bob: Is there any tea left?`, `You: dot.png`. */
export function previewOf({ senderId, content, file }: MessageEvent, userId: string): string {
  const text = printableName(plainTextOf(content.slice(0, 4 * LENGTH))) || printableName(file?.fileName ?? '') || '…'
  return `${senderId === userId ? 'You' : printableName(senderId)}: ${[...text].slice(0, LENGTH).join('')}`
}
