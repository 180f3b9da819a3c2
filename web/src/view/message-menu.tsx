import type { MessageEvent } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { hashOf } from '../state/route.ts'
import { timeOf } from '../text/date-text.ts'
import { withNames } from '../text/mention-names.ts'
import { linkTo } from './link-to.ts'
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

/** The menu with this user's actions upon a message and its sender. */
export function MessageMenu({ message, conversation, speaker, onReact }: MessageMenuProps) {
  const chat = useChat()
  const open = useDialogs()
  const { run, error } = useAct()
  const { messageId, senderId, seq, content, threadId, deleted } = message
  const { doors } = conversation
  const items = (): MenuItem[] => {
    const isPinned = conversation.room?.details?.pins.includes(messageId) ?? false
    const isOwn = conversation.isOwn(message)
    const isInRoom = threadId === undefined || message.inRoom === true
    const when = (condition: boolean, label: string, onSelect: () => void, isDangerous = false): MenuItem[] =>
      condition ? [{ label, onSelect, isDangerous }] : []
    const { role } = conversation.members.get().standings.get(senderId) ?? {}
    const mayDelete = doors.can('deleteOwn', message) || doors.can('deleteAny', { ...message, role })
    return [
      ...when(!deleted && doors.can('react'), words.reactEllipsis, onReact),
      ...when(!deleted && doors.can('send'), words.reply, () => conversation.replyingTo.set(message)),
      ...when(threadId === undefined, words.replyInThread, () => conversation.openThread.set(messageId)),
      ...when(doors.can('edit', message), words.edit, () => conversation.editing.set(messageId)),
      ...when(!deleted && isPinned && doors.can('pin'), words.unpin, () => run(() => doors.room.unpin(messageId))),
      ...when(!deleted && !isPinned && doors.can('pin'), words.pin, () => run(() => doors.room.pin(messageId))),
      ...when(content !== '', words.copyText, () =>
        run(async () => navigator.clipboard?.writeText(withNames(content, message.mentions, chat.people.textOf))),
      ),
      ...when(true, words.copyTheLink, () =>
        run(async () => navigator.clipboard?.writeText(linkTo(`${hashOf(conversation.route)}/${seq}`))),
      ),
      ...when(isOwn && isInRoom && !deleted && conversation.kind === 'room', words.seenByEllipsis, () =>
        open({ name: 'seen-by', message }),
      ),
      ...when(!isOwn && isInRoom, words.markUnread, () => run(() => conversation.markUnread(seq))),
      ...when(!isOwn && !deleted, words.reportEllipsis, () => open({ name: 'report', message })),
      ...when(mayDelete, words.deleteEllipsis, () => open({ name: 'delete-message', message }), true),
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
        label={words.moreAboutMessage(speaker, timeOf(message.timestamp))}
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
