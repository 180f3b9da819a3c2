import { memo, useId, useState } from 'react'
import { showsNothing } from '../../../client/index.ts'
import { isLong } from '../text/is-long.ts'
import { splitLinks } from '../text/links.ts'
import { type Block, blocksOf } from '../text/message-blocks.ts'

/** The text of a message, with addresses as links and code as code. A very long one is folded. */
export const MessageText = memo(function MessageText({ content }: { content: string }) {
  const id = useId()
  const [isOpen, setIsOpen] = useState(false)
  if (showsNothing(content.replaceAll('\u2800', ''))) return <p className="text soft">(empty message)</p>
  const isFoldable = isLong(content)
  return (
    <>
      <div id={id} className={`text ${isFoldable && !isOpen ? 'is-folded' : ''}`} dir="auto">
        {blocksOf(content).map((block, index) => (
          <BlockView key={index} block={block} />
        ))}
      </div>
      {isFoldable && (
        <button
          type="button"
          className="link-button fold"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setIsOpen(!isOpen)}
        >
          {isOpen ? 'Show less' : 'Show more'}
        </button>
      )}
    </>
  )
})

function BlockView({ block: { kind, text } }: { block: Block }) {
  if (kind === 'code') return <code dir="ltr">{text}</code>
  if (kind === 'code-block') {
    return (
      <pre dir="ltr" tabIndex={0} role="region" aria-label="Code">
        <code>{text}</code>
      </pre>
    )
  }
  return splitLinks(text).map((part, index) =>
    part.kind === 'text' ? (
      part.text
    ) : (
      <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
        {part.shown}
      </a>
    ),
  )
}
