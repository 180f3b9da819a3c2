import type { MessageEvent } from '../../../client/index.ts'
import { useSaid } from './use-said.ts'

/** The beginning of a message's text, for places that refer to the message. */
export const QuotedText = ({ message }: { message: MessageEvent }) => (
  <blockquote className="quoted" dir="auto">
    {useSaid(message)}
  </blockquote>
)
