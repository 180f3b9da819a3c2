import type { MessageEvent } from '../../../client/index.ts'
import { useSaid } from './use-said.ts'

/** The beginning of what a message says, where it is spoken of. */
export const QuotedText = ({ message }: { message: MessageEvent }) => (
  <blockquote className="quoted" dir="auto">
    {useSaid(message)}
  </blockquote>
)
