import { memo, type ReactNode } from 'react'
import { type MessageEvent, printableName } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import type { Pending } from '../state/timeline.ts'
import { isSameRow } from '../text/chunks.ts'
import { momentOf, timeOf } from '../text/date-text.ts'
import type { Item, Row } from '../text/rows.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { Attachment } from './attachment.tsx'
import { Avatar } from './avatar.tsx'
import { AlertIcon, CheckIcon, ClockIcon, MegaphoneIcon } from './icons.tsx'
import { MessageMenu } from './message-menu.tsx'
import { MessageText } from './message-text.tsx'
import { UserName } from './user-name.tsx'

type Group = Extract<Row, { kind: 'group' }>

interface GroupProps {
  group: Group
  conversation: Conversation
  /** The device's time zone, in which times are shown. */
  zone: string
}

/** Messages that one person sent without a long pause. */
export const MessageGroup = memo(
  function MessageGroup({ group, conversation }: GroupProps) {
    const { senderId, isOwn, timestamp, items } = group
    return (
      <section className={`group ${isOwn ? 'is-own' : ''}`}>
        {!isOwn && <Avatar id={senderId} />}
        <div className="group-messages">
          <header className="group-header">
            <span className="sender ellipsis">{isOwn ? 'You' : <UserName userId={senderId} />}</span>
            <time dateTime={new Date(timestamp).toISOString()} title={momentOf(timestamp)}>
              {timeOf(timestamp)}
            </time>
          </header>
          {items.map((item) => (
            <MessageItem key={item.key} item={item} conversation={conversation} />
          ))}
        </div>
      </section>
    )
  },
  (before, after) =>
    before.conversation === after.conversation && before.zone === after.zone && isSameRow(before.group, after.group),
)

function MessageItem({ item, conversation }: { item: Item; conversation: Conversation }) {
  if ('pending' in item) return <PendingMessage pending={item.pending} conversation={conversation} />
  return <ArrivedMessage message={item.message} conversation={conversation} />
}

function ArrivedMessage({ message, conversation }: { message: MessageEvent; conversation: Conversation }) {
  const { content, file, kind, messageId, senderId, timestamp } = message
  const speaker = conversation.isOwn(message) ? 'You' : printableName(senderId)
  return (
    <article className="message" data-seq={message.seq} aria-label={`${speaker}, ${timeOf(timestamp)}`}>
      <div className={`bubble ${file ? 'has-file' : ''}`}>
        {kind === 'broadcast' && (
          <span className="tag">
            <MegaphoneIcon />
            To everybody
          </span>
        )}
        {file && <Attachment conversation={conversation} messageId={messageId} file={file} />}
        {(content !== '' || !file) && <MessageText content={content} />}
      </div>
      <span className="message-side">
        <time dateTime={new Date(timestamp).toISOString()}>{timeOf(timestamp)}</time>
        {conversation.isOwn(message) && <DeliveryMark name="Sent" icon={<CheckIcon />} />}
        {conversation.kind === 'room' && (
          <MessageMenu message={message} conversation={conversation} speaker={speaker} />
        )}
      </span>
    </article>
  )
}

function PendingMessage({ pending, conversation }: { pending: Pending; conversation: Conversation }) {
  const { id, content, state, error, retry } = pending
  const hasFailed = state === 'failed'
  return (
    <>
      <article className={`message is-pending ${hasFailed ? 'has-failed' : ''}`} aria-label="You">
        <div className="bubble">
          <MessageText content={content} />
        </div>
        <span className="message-side">
          {hasFailed ? (
            <DeliveryMark name="Not sent" icon={<AlertIcon />} />
          ) : (
            <DeliveryMark name="Sending" icon={<ClockIcon />} />
          )}
        </span>
      </article>
      {hasFailed && (
        <p className="failure" role="alert">
          Not sent. {errorSentence(error)}{' '}
          <button type="button" className="link-button" onClick={retry}>
            Try again
          </button>{' '}
          <button type="button" className="link-button" onClick={() => conversation.timeline.discard(id)}>
            Delete
          </button>
        </p>
      )}
    </>
  )
}

const DeliveryMark = ({ name, icon }: { name: string; icon: ReactNode }) => (
  <span className="state" role="img" aria-label={name} title={name}>
    {icon}
  </span>
)
