import { type MessageEvent, printableName } from '../../../client/index.ts'

/** The beginning of what a message says, where it is spoken of. */
export const QuotedText = ({ message }: { message: MessageEvent }) => (
  <blockquote className="quoted" dir="auto">
    {message.content || printableName(message.file?.fileName ?? '')}
  </blockquote>
)
