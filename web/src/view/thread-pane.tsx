import { useEffect } from 'react'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { rowsOf } from '../text/rows.ts'
import { timeZone } from '../text/date-text.ts'
import { Composer } from './composer.tsx'
import { ClipIcon } from './icons.tsx'
import { isComposing } from './is-composing.ts'
import { MessageGroup } from './message-group.tsx'
import { PaneHeader } from './pane-header.tsx'
import { UploadTray } from './upload-tray.tsx'
import { useChat } from './use-chat.ts'
import { useDrop } from './use-drop.ts'
import { useMessages, useStore } from '../../../client/react/index.ts'
import { useVisible } from './use-visible.ts'
import { useWriting } from './use-writing.ts'

/** A message and the replies to it, beside the conversation. */
export function ThreadPane({ conversation, threadId }: { conversation: Conversation; threadId: string }) {
  const { userId } = useChat()
  const { messages, unsent, isReady, hasOlder, isLoading, error, loadOlder } = useMessages(conversation.talk, {
    threadId,
  })
  // Also renders again when the root has changed.
  useStore(conversation.timeline)
  const thread = conversation.doors.room.thread(threadId)
  const { root } = thread
  const isVisible = useVisible()
  useEffect(() => {
    if (isReady && isVisible) thread.markRead()
  }, [thread, isReady, messages, isVisible])
  const writing = useWriting(conversation)
  const uploads = conversation.uploadsIn(threadId)
  const { isOver, handlers } = useDrop((files) => (writing.kind === 'free' ? uploads.stage(files) : undefined))
  const close = () => conversation.openThread.set(undefined)
  const show = (shown: typeof messages, own: typeof unsent) =>
    rowsOf({ messages: shown, unsent: own, notes: [] }, { userId, newAfter: undefined, now: Date.now() }).map((row) =>
      row.kind === 'group' ? (
        <MessageGroup key={row.key} group={row} conversation={conversation} zone={timeZone()} place="thread" />
      ) : null,
    )
  return (
    <aside
      className="details thread"
      aria-label={words.thread}
      {...handlers}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !isComposing(event.nativeEvent)) close()
      }}
    >
      <PaneHeader title={words.thread} closing={words.closeThread} onClose={close} />
      <div className="thread-scroll" role="log" aria-label={words.repliesOfThread} aria-live="off" tabIndex={0}>
        <div>
          {root && show([root], [])}
          {isReady && hasOlder && !isLoading && error === undefined && (
            <button type="button" className="link-button" onClick={loadOlder}>
              {words.earlierReplies}
            </button>
          )}
          {!isReady && !isLoading && <p role="alert">{words.repliesNotLoaded}</p>}
          {show(messages, unsent)}
        </div>
      </div>
      <UploadTray uploads={uploads} />
      {writing.kind === 'free' && (
        <Composer key={threadId} conversation={conversation} waitUntil={0} threadId={threadId} />
      )}
      {isOver && (
        <div className="drop" aria-hidden="true">
          <ClipIcon />
          <p>{words.dropToThread}</p>
        </div>
      )}
    </aside>
  )
}
