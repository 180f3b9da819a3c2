import type { MessageEvent } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { hashOf } from '../state/route.ts'
import { timeOf } from '../text/date-text.ts'
import { withNames } from '../text/mention-names.ts'
import { Menu, type MenuItem } from './menu.tsx'
import { personItems } from './person-items.ts'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'

interface MessageMenuProps {
  message: MessageEvent
  conversation: Conversation
  speaker: string
  /** Opens the choice of reactions. */
  onReact: () => void
}

/** What this user may do about a message, and about who sent it. */
export function MessageMenu({ message, conversation, speaker, onReact }: MessageMenuProps) {
  const chat = useChat()
  const open = useDialogs()
  const { run, error } = useAct()
  const { messageId, senderId, seq, content, threadId, deleted } = message
  const { doors } = conversation
  const items = (): MenuItem[] => {
    const isPinned = doors.get().details?.pins.includes(messageId) ?? false
    const isOwn = conversation.isOwn(message)
    const isInRoom = threadId === undefined || message.inRoom === true
    const when = (condition: boolean, label: string, onSelect: () => void, isDangerous = false): MenuItem[] =>
      condition ? [{ label, onSelect, isDangerous }] : []
    const mayDelete = doors.can('deleteOwn', message) || doors.can('deleteAny', message)
    return [
      ...when(!deleted && doors.can('react'), 'React …', onReact),
      ...when(!deleted && doors.can('send'), 'Reply', () => conversation.replyingTo.set(message)),
      ...when(threadId === undefined, 'Reply in a thread', () => conversation.openThread.set(messageId)),
      ...when(doors.can('edit', message), 'Edit', () => conversation.editing.set(messageId)),
      ...when(!deleted && isPinned && doors.can('pin'), 'Unpin', () => run(() => doors.room.unpin(messageId))),
      ...when(!deleted && !isPinned && doors.can('pin'), 'Pin', () => run(() => doors.room.pin(messageId))),
      ...when(content !== '', 'Copy the text', () =>
        run(async () => navigator.clipboard?.writeText(withNames(content, message.mentions, chat.people.textOf))),
      ),
      ...when(true, 'Copy the link', () =>
        run(async () => navigator.clipboard?.writeText(linkTo(conversation, message))),
      ),
      ...when(isOwn && isInRoom && !deleted && conversation.kind === 'room', 'Seen by …', () =>
        open({ name: 'seen-by', message }),
      ),
      ...when(!isOwn && isInRoom, 'Mark unread from here', () => run(() => conversation.markUnread(seq))),
      ...when(!isOwn, 'Report …', () => open({ name: 'report', message })),
      ...when(mayDelete, 'Delete …', () => open({ name: 'delete-message', message }), true),
      ...(isOwn || conversation.kind === 'direct'
        ? []
        : personItems({ chat, conversation, userId: senderId, open, run })),
    ]
  }
  return (
    <>
      <Menu
        className="message-menu"
        tabIndex={-1}
        label={`More about the message of ${speaker}, ${timeOf(message.timestamp)}`}
        items={items}
      />
      {error !== undefined && (
        <span className="failure" role="alert">
          {error}
        </span>
      )}
    </>
  )
}

const linkTo = (conversation: Conversation, { seq }: MessageEvent): string =>
  new URL(`${hashOf(conversation.route)}/${seq}`, location.href).href
