import { Fragment, memo, type ReactNode, useId, useMemo, useState } from 'react'
import { showsNothing } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { isLong } from '../text/is-long.ts'
import { isOnlyEmoji } from '../text/only-emoji.ts'
import { splitLinks } from '../text/links.ts'
import { type Piece, piecesOf } from '../text/markdown.ts'
import { mentionsIn, ROOM_MENTION } from '../text/mentions.ts'
import { useChat } from './use-chat.ts'
import { useLanguage } from './use-language.ts'
import { useNames } from './use-names.ts'

interface MessageTextProps {
  content: string
  mentions?: readonly string[] | undefined
  mentionsRoom?: boolean | undefined
}

const NOBODY: readonly string[] = []

/** The text of a message with its Markdown formatting and with addresses as links. A very long text is folded. */
export const MessageText = memo(function MessageText({ content, mentions = NOBODY, mentionsRoom }: MessageTextProps) {
  useLanguage()
  const id = useId()
  const [isOpen, setIsOpen] = useState(false)
  const pieces = useMemo(() => piecesOf(content), [content])
  const named = mentionsRoom ? [...mentions, ROOM_MENTION] : mentions
  if (showsNothing(content)) return <p className="text soft">{words.emptyMessage}</p>
  const isFoldable = isLong(content)
  return (
    <>
      <div
        id={id}
        className={`text ${isFoldable && !isOpen ? 'is-folded' : ''} ${isOnlyEmoji(content) ? 'is-emoji' : ''}`}
        dir="auto"
      >
        {shown(pieces, named)}
      </div>
      {isFoldable && (
        <button
          type="button"
          className="link-button fold"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setIsOpen(!isOpen)}
        >
          {isOpen ? words.showLess : words.showMore}
        </button>
      )}
    </>
  )
})

const shown = (pieces: readonly Piece[], named: readonly string[]): ReactNode =>
  pieces.map((piece, index) => <Fragment key={index}>{pieceView(piece, named)}</Fragment>)

function pieceView(piece: Piece, named: readonly string[]): ReactNode {
  switch (piece.kind) {
    case 'text':
      return <PlainText text={piece.text} named={named} />
    case 'code':
      return (
        <code dir="ltr">
          <Named text={piece.text} named={named} />
        </code>
      )
    case 'code-block':
      return (
        <pre dir="ltr" tabIndex={0} role="region" aria-label={words.code}>
          <code>
            <Named text={piece.text} named={named} />
          </code>
        </pre>
      )
    case 'strong':
      return <strong>{shown(piece.pieces, named)}</strong>
    case 'emphasis':
      return <em>{shown(piece.pieces, named)}</em>
    case 'struck':
      return <del>{shown(piece.pieces, named)}</del>
    case 'quote':
      return <blockquote>{shown(piece.pieces, named)}</blockquote>
    case 'paragraph':
      return <p>{shown(piece.pieces, named)}</p>
    case 'list': {
      const items = piece.items.map((item, index) => <li key={index}>{shown(item, named)}</li>)
      return piece.start === undefined ? <ul>{items}</ul> : <ol start={piece.start}>{items}</ol>
    }
    case 'link':
      return <NamedLink href={piece.href}>{shown(piece.pieces, named)}</NamedLink>
  }
}

/** A link whose text differs from its address. The host is shown after it, because the text may be misleading. */
function NamedLink({ href, children }: { href: string; children: ReactNode }) {
  const [link] = splitLinks(href)
  if (link?.kind !== 'link') return children
  return (
    <>
      <a href={link.href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>{' '}
      <span className="soft">({new URL(link.href).host})</span>
    </>
  )
}

const PlainText = ({ text, named }: { text: string; named: readonly string[] }) =>
  splitLinks(text).map((part, index) =>
    part.kind === 'text' ? (
      <Named key={index} text={part.text} named={named} />
    ) : (
      <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
        {part.shown}
      </a>
    ),
  )

/** A text in which the mentioned names are marked. */
function Named({ text, named }: { text: string; named: readonly string[] }) {
  const { userId: me } = useChat()
  const nameOf = useNames(named)
  const parts: ReactNode[] = []
  let end = 0
  for (const { start, userId } of mentionsIn(text, named)) {
    const stop = start + 1 + userId.length
    const isOwn = userId === me || userId === ROOM_MENTION
    parts.push(text.slice(end, start))
    parts.push(
      <mark key={start} className={`mention ${isOwn ? 'is-own' : ''}`}>
        @{userId === ROOM_MENTION ? ROOM_MENTION : nameOf(userId)}
      </mark>,
    )
    end = stop
  }
  return (
    <>
      {parts}
      {text.slice(end)}
    </>
  )
}
