import { memo, type ReactNode, useRef, useState } from 'react'
import type { MessageEvent } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { isSameRow } from '../text/chunks.ts'
import { momentOf, timeOf } from '../text/date-text.ts'
import type { Item, Row } from '../text/rows.ts'
import { pilesUp } from '../text/piles-up.ts'
import { readersOf } from '../text/readers-of.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { Attachment } from './attachment.tsx'
import { Avatar } from './avatar.tsx'
import { EditForm } from './edit-form.tsx'
import { EmojiPicker } from './emoji-picker.tsx'
import { AlertIcon, CheckIcon, ClockIcon, MegaphoneIcon, PinIcon, ReadIcon, SmileIcon, ThreadIcon } from './icons.tsx'
import { MessageMenu } from './message-menu.tsx'
import { MessageText } from './message-text.tsx'
import { Quote } from './quote.tsx'
import { Reactions } from './reactions.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useLanguage } from './use-language.ts'
import { useName } from './use-names.ts'
import { type Pending, useReceipts, useStore } from '../../../client/react/index.ts'
import { UserName } from './user-name.tsx'

type Group = Extract<Row, { kind: 'group' }>

interface GroupProps {
  group: Group
  conversation: Conversation
  /** The device's time zone, in which times are shown. */
  zone: string
  /** Where the messages are shown. In a thread they have no link to the thread. */
  place?: Place
}

type Place = 'room' | 'thread'

/** Messages that one user sent without a long pause. */
export const MessageGroup = memo(
  function MessageGroup({ group, conversation, place = 'room' }: GroupProps) {
    useLanguage()
    const { senderId, isOwn, timestamp, items } = group
    return (
      <section className={`group ${isOwn ? 'is-own' : ''}`}>
        {!isOwn && <Avatar id={senderId} />}
        <div className="group-messages">
          <header className="group-header">
            <span className="sender ellipsis">{isOwn ? words.you : <UserName userId={senderId} />}</span>
            <time dateTime={new Date(timestamp).toISOString()} title={momentOf(timestamp)}>
              {timeOf(timestamp)}
            </time>
          </header>
          {items.map((item) => (
            <MessageItem key={item.key} item={item} conversation={conversation} place={place} />
          ))}
        </div>
      </section>
    )
  },
  (before, after) =>
    before.conversation === after.conversation &&
    before.place === after.place &&
    before.zone === after.zone &&
    isSameRow(before.group, after.group),
)

function MessageItem({ item, ...props }: { item: Item; conversation: Conversation; place: Place }) {
  if ('pending' in item) return <PendingMessage pending={item.pending} conversation={props.conversation} />
  return <ArrivedMessage message={item.message} {...props} />
}

interface ArrivedProps {
  message: MessageEvent
  conversation: Conversation
  place: Place
}

function ArrivedMessage({ message, conversation, place }: ArrivedProps) {
  const { senderId, timestamp, messageId, deleted, mentions, mentionsRoom } = message
  const { userId } = useChat()
  const [isChoosing, setIsChoosing] = useState(false)
  const isEditing = useStore(conversation.editing) === messageId
  const { run, error } = useAct()
  const element = useRef<HTMLElement>(null)
  const isOwn = conversation.isOwn(message)
  const name = useName(senderId)
  const speaker = isOwn ? words.you : name
  const isForMe = !isOwn && (mentionsRoom === true || mentions?.includes(userId) === true)
  return (
    <article
      ref={element}
      className={`message ${isForMe ? 'is-for-me' : ''}`}
      data-seq={message.seq}
      aria-label={`${speaker}, ${timeOf(timestamp)}`}
      onContextMenu={(event) => {
        // On a touch screen, a long press opens the menu.
        if (!window.matchMedia('(hover: none)').matches) return
        event.preventDefault()
        element.current?.querySelector<HTMLElement>('.message-menu')?.click()
      }}
    >
      <div className="message-row">
        {isEditing ? (
          <EditForm message={message} conversation={conversation} />
        ) : (
          <Bubble message={message} conversation={conversation} />
        )}
        <span className="message-side">
          <time dateTime={new Date(timestamp).toISOString()}>{timeOf(timestamp)}</time>
          {isOwn && !deleted && <ReadMark message={message} conversation={conversation} />}
          {!deleted && conversation.doors.can('react') && (
            <button
              type="button"
              className="icon-button message-action"
              tabIndex={-1}
              aria-label={words.reactTo(speaker, timeOf(timestamp))}
              title={words.react}
              onClick={() => setIsChoosing(true)}
            >
              <SmileIcon />
            </button>
          )}
          <MessageMenu
            message={message}
            conversation={conversation}
            speaker={speaker}
            onReact={() => setIsChoosing(true)}
          />
          {isChoosing && (
            <EmojiPicker
              label={words.chooseReaction}
              onClose={() => setIsChoosing(false)}
              onChoose={(emoji) => run(() => conversation.doors.room.react(messageId, emoji))}
            />
          )}
        </span>
      </div>
      <Reactions message={message} conversation={conversation} />
      {place === 'room' && <ThreadLink message={message} conversation={conversation} />}
      {error !== undefined && (
        <p className="failure" role="alert">
          {error}
        </p>
      )}
    </article>
  )
}

/** What is higher than its line is cut off. That may also be a name, which the content doesn't have. */
const clipFor = (content: string, mentions: readonly string[] = []): string =>
  mentions.length > 0 || pilesUp(content) ? 'is-clipped' : ''

function Bubble({ message, conversation }: { message: MessageEvent; conversation: Conversation }) {
  const { content, file, kind, messageId, deleted, replyTo } = message
  if (deleted) {
    return (
      <div className="bubble is-deleted">
        <p className="text soft">{words.wasDeleted}</p>
      </div>
    )
  }
  return (
    <div className={`bubble ${file ? 'has-file' : ''} ${clipFor(content, message.mentions)}`}>
      {replyTo !== undefined && <Quote conversation={conversation} messageId={replyTo} />}
      {kind === 'broadcast' && (
        <span className="tag">
          <MegaphoneIcon />
          {words.toEverybody}
        </span>
      )}
      {file && <Attachment conversation={conversation} messageId={messageId} file={file} />}
      {(content !== '' || !file) && (
        <MessageText content={content} mentions={message.mentions} mentionsRoom={message.mentionsRoom} />
      )}
      {message.pinned && (
        <span className="edited pin-mark" title={words.pinnedAt(momentOf(message.pinned.at))}>
          <PinIcon />
          {words.pinned}
        </span>
      )}
      {message.editedAt !== undefined && (
        <span className="edited" title={words.editedAt(momentOf(message.editedAt))}>
          {words.edited}
        </span>
      )}
    </div>
  )
}

/** A button below a message that shows the number of replies and the time of the last one. Opens the thread. */
function ThreadLink({ message: { messageId, thread, threadId }, conversation }: Omit<ArrivedProps, 'place'>) {
  const target = threadId ?? (thread && messageId)
  if (target === undefined) return null
  return (
    <button type="button" className="thread-link" onClick={() => conversation.openThread.set(target)}>
      <ThreadIcon />
      {thread ? words.replies(thread.replies, timeOf(thread.lastAt)) : words.inThread}
    </button>
  )
}

function PendingMessage({ pending, conversation }: { pending: Pending; conversation: Conversation }) {
  const { content, extras, state, error, retry, discard } = pending
  const { replyTo, mentions, mentionRoom } = extras
  const hasFailed = state === 'failed'
  return (
    <>
      <article className={`message is-pending ${hasFailed ? 'has-failed' : ''}`} aria-label={words.you}>
        <div className="message-row">
          <div className={`bubble ${clipFor(content, mentions)}`}>
            {replyTo !== undefined && <Quote conversation={conversation} messageId={replyTo} />}
            <MessageText content={content} mentions={mentions} mentionsRoom={mentionRoom} />
          </div>
          <span className="message-side">
            {hasFailed ? (
              <DeliveryMark name={words.notSent} icon={<AlertIcon />} />
            ) : (
              <DeliveryMark name={words.sending} icon={<ClockIcon />} />
            )}
          </span>
        </div>
      </article>
      {hasFailed && (
        <p className="failure" role="alert">
          {words.notSentBecause(errorSentence(error))}{' '}
          <button type="button" className="link-button" onClick={retry}>
            {words.tryAgain}
          </button>{' '}
          <button type="button" className="link-button" onClick={discard}>
            {words.delete}
          </button>
        </p>
      )}
    </>
  )
}

/** Shows whether somebody has read a message of this user. Replies that only threads show are never marked as read. */
function ReadMark({ message: { seq, threadId, inRoom }, conversation }: Omit<ArrivedProps, 'place'>) {
  const isInRoom = threadId === undefined || inRoom === true
  const count = readersOf(useReceipts(conversation.talk), seq, useChat().userId).length
  if (count === 0 || !isInRoom) return <DeliveryMark name={words.sent} icon={<CheckIcon />} stage="is-sent" />
  return (
    <DeliveryMark
      name={conversation.kind === 'direct' ? words.read : words.readBy(count)}
      icon={<ReadIcon />}
      stage="is-read"
    />
  )
}

const DeliveryMark = ({
  name,
  icon,
  stage = '',
}: {
  name: string
  icon: ReactNode
  stage?: 'is-sent' | 'is-read' | ''
}) => (
  <span className={`state ${stage}`} role="img" aria-label={name} title={name}>
    {icon}
  </span>
)
