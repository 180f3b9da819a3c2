import { useEffect } from 'react'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { hashOf } from '../state/route.ts'
import { Announcer, TypingLine } from './announcer.tsx'
import { ConversationIcon } from './conversation-icon.tsx'
import { ConversationTitle } from './conversation-title.tsx'
import { HereNow } from './here-now.tsx'
import { BackIcon, ClipIcon, PeopleIcon, SearchIcon } from './icons.tsx'
import { MessageList } from './message-list.tsx'
import { NotifyMenu } from './notify-menu.tsx'
import { PinnedBar } from './pinned-bar.tsx'
import { UploadTray } from './upload-tray.tsx'
import { useChat } from './use-chat.ts'
import { useCounted } from './use-counted.ts'
import { useDialogs } from './use-dialogs.ts'
import { useDrop } from './use-drop.ts'
import { useRoom, useStore } from '../../../client/react/index.ts'
import { WritingPlace } from './writing-place.tsx'

interface PaneProps {
  conversation: Conversation
  hasDetails: boolean
  onDetails: () => void
}

export function ConversationPane({ conversation, hasDetails, onDetails }: PaneProps) {
  const title = useStore(conversation.title)
  const { details } = useRoom(conversation.talk)
  const { blocked } = useChat()
  const open = useDialogs()
  useEffect(() => {
    // If the details can't be loaded, the page shows those of the last connection.
    conversation.doors.load().catch(() => {})
    if (conversation.kind === 'direct') blocked.load().catch(() => {})
  }, [conversation, blocked])
  const isCounted = useCounted(conversation.unread)
  const { isOver, handlers } = useDrop((files) => conversation.uploads.stage(files))
  return (
    <main className="conversation" id="conversation" tabIndex={-1} aria-label={title} {...handlers}>
      <header className="pane-header">
        <a
          className="icon-button back"
          href={hashOf({ kind: 'home' })}
          aria-label={words.backToList}
          title={words.back}
        >
          <BackIcon />
        </a>
        <ConversationIcon conversation={conversation} />
        <div className="grow pane-title">
          <h1 className="ellipsis" title={title}>
            <ConversationTitle conversation={conversation} />
          </h1>
          {details?.topic !== undefined && (
            <p className="pane-topic ellipsis" dir="auto" title={details.topic}>
              {details.topic}
            </p>
          )}
        </div>
        <HereNow conversation={conversation} />
        <button
          type="button"
          className="icon-button"
          aria-label={words.searchMessages}
          title={words.searchMessages}
          onClick={() => open({ name: 'search' })}
        >
          <SearchIcon />
        </button>
        <NotifyMenu conversation={conversation} />
        <button
          type="button"
          className="icon-button"
          aria-label={words.details}
          title={words.details}
          aria-expanded={hasDetails}
          onClick={onDetails}
        >
          <PeopleIcon />
        </button>
      </header>
      <PinnedBar conversation={conversation} />
      {isCounted ? <MessageList conversation={conversation} /> : <div className="message-area" aria-busy="true" />}
      <Announcer conversation={conversation} />
      <TypingLine conversation={conversation} />
      <UploadTray uploads={conversation.uploads} />
      <WritingPlace conversation={conversation} />
      {isOver && (
        <div className="drop" aria-hidden="true">
          <ClipIcon />
          <p>{words.dropTo(<bdi>{title}</bdi>)}</p>
        </div>
      )}
    </main>
  )
}
