import { memo } from 'react'
import { splitLinks } from '../text/links.ts'

/** The text of a message, with web addresses as links. */
export const MessageText = memo(function MessageText({ content }: { content: string }) {
  return (
    <p className="text" dir="auto">
      {splitLinks(content).map((part, index) =>
        part.kind === 'text' ? (
          part.text
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
    </p>
  )
})
