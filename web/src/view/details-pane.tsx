import { useEffect, useRef, useState } from 'react'
import { printableName } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { withoutName } from '../state/identity.ts'
import { hashOf } from '../state/route.ts'
import { Avatar } from './avatar.tsx'
import { ChatIcon, CloseIcon, LeaveIcon } from './icons.tsx'
import { isComposing } from './is-composing.ts'
import { UserName } from './user-name.tsx'
import { useChat } from './use-chat.ts'
import { useStore } from './use-store.ts'

interface DetailsProps {
  conversation: Conversation
  onClose: () => void
  onLeave: () => void
}

/** Shows the room's id and its members, and leaves the room. */
export function DetailsPane({ conversation, onClose, onLeave }: DetailsProps) {
  const title = useStore(conversation.title)
  const isRoom = conversation.kind === 'room'
  return (
    <aside
      className="details"
      aria-label="Details"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !isComposing(event.nativeEvent)) onClose()
      }}
    >
      <header className="pane-header">
        <h2>Details</h2>
        <button type="button" className="icon-button" aria-label="Close details" title="Close" onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      <div className="details-scroll">
        <h3 className="details-title" dir="auto">
          {title}
        </h3>
        {isRoom && conversation.room && <RoomId id={conversation.room.id} />}
        <MemberList conversation={conversation} />
        {isRoom && (
          <button type="button" className="button dangerous" onClick={onLeave}>
            <LeaveIcon />
            Leave room
          </button>
        )}
      </div>
    </aside>
  )
}

const COPIED_MS = 2_000

function RoomId({ id }: { id: string }) {
  const [isCopied, setIsCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const copy = () => {
    // The clipboard exists only on pages with TLS and on localhost.
    navigator.clipboard?.writeText(new URL(hashOf({ kind: 'room', id }), withoutName(window.location.href)).href).then(
      () => {
        setIsCopied(true)
        timer.current = setTimeout(() => setIsCopied(false), COPIED_MS)
      },
      () => {},
    )
  }
  return (
    <p className="room-id">
      <span className="hint">Invite others with the link, or the id</span>
      <button type="button" className="code" onClick={copy} title="Copy the link">
        <code className="ellipsis">{id}</code>
        <span role="status">{isCopied ? 'Copied' : 'Copy link'}</span>
      </button>
    </p>
  )
}

function MemberList({ conversation }: { conversation: Conversation }) {
  const { userId } = useChat()
  const { members } = conversation
  const { phase, userIds } = useStore(members)
  useEffect(() => {
    members.load().catch(() => {})
  }, [members, conversation])
  return (
    <section aria-label="Members">
      <h3 className="list-title">
        Members{phase === 'ready' && <span className="soft"> {userIds.length.toLocaleString()}</span>}
      </h3>
      {phase === 'loading' && (
        <div className="skeleton-links" aria-hidden="true">
          <i />
          <i />
        </div>
      )}
      {phase === 'failed' && (
        <p className="hint" role="alert">
          The members could not be loaded.
        </p>
      )}
      <ul className="members" aria-label="Members">
        {userIds.map((member) => (
          <li key={member}>
            <Avatar id={member} size="small" />
            <span className="grow ellipsis" title={printableName(member)}>
              <UserName userId={member} />
            </span>
            {member === userId ? (
              <span className="soft">you</span>
            ) : (
              conversation.kind === 'room' && (
                <a
                  className="icon-button"
                  href={hashOf({ kind: 'direct', userId: member })}
                  aria-label={`Message ${printableName(member)}`}
                  title={`Message ${printableName(member)}`}
                >
                  <ChatIcon />
                </a>
              )
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
