import { type ReactNode, useEffect } from 'react'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { AccessIcon } from './access-icon.tsx'
import { CopyLink } from './copy-link.tsx'
import { FormError } from './form-error.tsx'
import { AddPersonIcon, BlockIcon, EditIcon, LeaveIcon, LinkIcon, LockIcon, ShieldIcon, TrashIcon } from './icons.tsx'
import { isComposing } from './is-composing.ts'
import { MemberList } from './member-list.tsx'
import { PaneHeader } from './pane-header.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'
import { usePermissions, useRoom, useStore } from '../../../client/react/index.ts'

interface DetailsProps {
  conversation: Conversation
  onClose: () => void
}

/** Shows the details and the members of a room, and this user's actions upon it. */
export function DetailsPane({ conversation, onClose }: DetailsProps) {
  const title = useStore(conversation.title)
  const isRoom = conversation.kind === 'room'
  const { doors } = conversation
  useEffect(() => {
    // If the details can't be loaded, the pane shows the name and the members.
    doors.load().catch(() => {})
  }, [doors])
  return (
    <aside
      className="details"
      aria-label={words.details}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !isComposing(event.nativeEvent)) onClose()
      }}
    >
      <PaneHeader title={words.details} closing={words.closeDetails} onClose={onClose} />
      <div className="details-scroll">
        <h3 className="details-title" dir="auto">
          {title}
        </h3>
        {isRoom && <About conversation={conversation} />}
        {isRoom ? <RoomActions conversation={conversation} /> : <PersonActions conversation={conversation} />}
        <MemberList conversation={conversation} />
        {isRoom && <Ways conversation={conversation} />}
      </div>
    </aside>
  )
}

function About({ conversation }: { conversation: Conversation }) {
  const { room, access, details } = useRoom(conversation.talk)
  const { topic, imageUrl } = details ?? {}
  return (
    <>
      {topic !== undefined && (
        <p className="topic" dir="auto">
          {topic}
        </p>
      )}
      {access !== undefined && (
        <p className="access">
          <AccessIcon access={access} />
          <span>
            {words.access[access].name}
            <span className="hint"> {words.access[access].meaning}</span>
          </span>
        </p>
      )}
      {imageUrl !== undefined && URL.canParse(imageUrl) && imageUrl.startsWith('https://') && (
        // Shown as a link and not as a picture, because its server must not learn who opens the room.
        <a className="text-link ellipsis" href={imageUrl} target="_blank" rel="noopener noreferrer nofollow">
          {words.pictureAt(new URL(imageUrl).host)}
        </a>
      )}
      {room && access !== 'private' && (
        <p className="room-id">
          <span className="hint">{words.inviteOthers}</span>
          <CopyLink route={{ kind: 'room', id: room.id }} text={room.id} />
        </p>
      )}
    </>
  )
}

interface ActionProps {
  icon: ReactNode
  onClick: () => void
  isDangerous?: boolean
  children: ReactNode
}

const Action = ({ icon, onClick, isDangerous = false, children }: ActionProps) => (
  <button type="button" className={`action ${isDangerous ? 'dangerous' : ''}`} onClick={onClick}>
    {icon}
    {children}
  </button>
)

function RoomActions({ conversation }: { conversation: Conversation }) {
  const open = useDialogs()
  const can = usePermissions(conversation.talk)
  const isEditor = can('describe') || can('configure')
  if (!can('add') && !isEditor && !can('audit')) return null
  return (
    <div className="actions">
      {can('add') && (
        <>
          <Action icon={<AddPersonIcon />} onClick={() => open({ name: 'add-people' })}>
            {words.addPeople}
          </Action>
          <Action icon={<LinkIcon />} onClick={() => open({ name: 'invites' })}>
            {words.inviteLinks}
          </Action>
        </>
      )}
      {isEditor && (
        <Action icon={<EditIcon />} onClick={() => open({ name: 'edit-room' })}>
          {words.editRoom}
        </Action>
      )}
      {can('audit') && (
        <Action icon={<ShieldIcon />} onClick={() => open({ name: 'moderation' })}>
          {words.moderation}
        </Action>
      )}
    </div>
  )
}

/** A button to block the other user of a direct conversation. */
function PersonActions({ conversation: { peer } }: { conversation: Conversation }) {
  const { blocked, userId } = useChat()
  const open = useDialogs()
  const { run, error } = useAct()
  const isBlocked = useStore(blocked)?.has(peer ?? '') ?? false
  if (peer === undefined || peer === userId) return null
  return (
    <div className="actions">
      <FormError>{error}</FormError>
      {isBlocked ? (
        <Action icon={<BlockIcon />} onClick={() => run(() => blocked.unblock(peer))}>
          {words.unblock}
        </Action>
      ) : (
        <Action icon={<BlockIcon />} onClick={() => open({ name: 'block', userId: peer })}>
          {words.block}
        </Action>
      )}
    </div>
  )
}

/** The ways to end a room, for oneself or for everybody. */
function Ways({ conversation }: { conversation: Conversation }) {
  const { doors } = conversation
  const open = useDialogs()
  const { closed } = useRoom(conversation.talk)
  const can = usePermissions(conversation.talk)
  const { run, isRunning, error } = useAct()
  return (
    <div className="actions">
      <FormError>{error}</FormError>
      {can('close') && (
        <Action icon={<LockIcon />} onClick={() => isRunning || run(() => doors.room.close(!closed))}>
          {closed ? words.reopenRoom : words.closeRoom}
        </Action>
      )}
      <Action icon={<LeaveIcon />} onClick={() => open({ name: 'leave' })} isDangerous>
        {words.leaveRoom}
      </Action>
      {can('delete') && (
        <Action icon={<TrashIcon />} onClick={() => open({ name: 'delete-room' })} isDangerous>
          {words.deleteRoom}
        </Action>
      )}
    </div>
  )
}
