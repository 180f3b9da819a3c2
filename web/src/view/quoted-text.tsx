import { type MessageEvent } from '../../../client/index.ts'
import { saidIn } from '../text/said.ts'

/** The beginning of what a message says, where it is spoken of. */
export const QuotedText = ({ message }: { message: MessageEvent }) => (
  <blockquote className="quoted" dir="auto">
    {saidIn(message)}
  </blockquote>
)
