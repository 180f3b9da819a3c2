import { type FormEvent, Fragment, useId, useState } from 'react'
import { type FoundMessages, type MessageEvent, printableName } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { hashOf } from '../state/route.ts'
import { plainMoment } from '../text/date-text.ts'
import { markedParts } from '../text/marked-parts.ts'
import { withNames } from '../text/mention-names.ts'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'
import { useStore } from '../../../client/react/index.ts'
import { UserName } from './user-name.tsx'

type Hit = FoundMessages['hits'][number]

/** A query to the server and its results. */
interface Found extends FoundMessages {
  query: string
}

/** A dialog to find messages: among the loaded ones while the user types, and by the server in all of them. */
export function SearchDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const id = useId()
  const [text, setText] = useState('')
  const [found, setFound] = useState<Found>()
  const { client } = useChat()
  const open = useDialogs()
  const { messages } = useStore(conversation.timeline)
  const { run, isRunning, error } = useAct()
  const { room } = conversation.doors
  const query = text.trim()
  const isFound = found?.query === query
  const hits = isFound ? found.hits : loadedHits(messages, query)
  const search = (cursor?: string) =>
    run(async () => {
      const page = await room.search(query, cursor === undefined ? {} : { cursor })
      setFound({ ...page, query, hits: [...(cursor === undefined ? [] : hits), ...page.hits] })
    })
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (query !== '' && canAsk) search()
  }
  const canAsk = client.features.includes('search')
  return (
    <Dialog title={words.searchMessages} onClose={onClose} className="wide">
      <form onSubmit={onSubmit} role="search">
        <label htmlFor={id}>{words.searchWords}</label>
        <input
          id={id}
          type="search"
          autoComplete="off"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {canAsk && (
          <button type="submit" className="button" disabled={query === '' || isRunning}>
            {words.searchAll}
          </button>
        )}
      </form>
      <button type="button" className="link-button" onClick={() => open({ name: 'day' })}>
        {words.media.goToDayLink}
      </button>
      <FormError>{error}</FormError>
      <p className="hint" role="status">
        {query !== '' && whatWasSearched(hits.length, isFound)}
      </p>
      <ul className="page-list" aria-label={words.foundMessages}>
        {hits.map((hit) => (
          <li key={hit.message.messageId}>
            <HitLink hit={hit} conversation={conversation} onClose={onClose} />
          </li>
        ))}
      </ul>
      {isFound && found.nextCursor !== undefined && (
        <button type="button" className="button" disabled={isRunning} onClick={() => search(found.nextCursor)}>
          {words.earlierMessages}
        </button>
      )}
    </Dialog>
  )
}

const whatWasSearched = (count: number, isFound: boolean): string => words.found(count, isFound)

/** The newest first. */
function loadedHits(messages: readonly MessageEvent[], query: string): Hit[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const has = ({ content, file, deleted }: MessageEvent) =>
    !deleted && words.every((word) => `${content} ${file?.fileName ?? ''}`.toLowerCase().includes(word))
  return messages
    .filter(has)
    .toReversed()
    .map((message) => ({ message, matched: words }))
}

interface HitProps {
  hit: Hit
  conversation: Conversation
  onClose: () => void
}

/** A found message with its words marked. A click goes to its place in the conversation. */
function HitLink({ hit: { message, matched }, conversation, onClose }: HitProps) {
  const { people } = useChat()
  const { seq, senderId, timestamp, content, file, mentions } = message
  const text = withNames(content, mentions, people.textOf) || printableName(file?.fileName ?? '')
  return (
    <a className="entry" href={`${hashOf(conversation.route)}/${seq}`} onClick={onClose}>
      <span className="grow">
        <span className="hint">
          <UserName userId={senderId} /> · {plainMoment(timestamp, Date.now())}
        </span>
        <span className="pinned-text" dir="auto">
          {markedParts(text, matched).map((part, index) =>
            index % 2 === 1 ? <mark key={index}>{part}</mark> : <Fragment key={index}>{part}</Fragment>,
          )}
        </span>
      </span>
    </a>
  )
}
