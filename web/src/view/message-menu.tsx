import type { MessageEvent } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { timeOf } from '../text/date-text.ts'
import { Menu, type MenuItem } from './menu.tsx'
import { personItems } from './person-items.ts'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'

interface MessageMenuProps {
  message: MessageEvent
  conversation: Conversation
  speaker: string
}

/** What this user may do about a message, and about who sent it. */
export function MessageMenu({ message, conversation, speaker }: MessageMenuProps) {
  const chat = useChat()
  const open = useDialogs()
  const { run, error } = useAct()
  const { messageId, senderId } = message
  const { doors } = conversation
  const items = (): MenuItem[] => {
    const isPinned = doors.get().details?.pins.includes(messageId) ?? false
    const isOwn = conversation.isOwn(message)
    const pin = isPinned
      ? { label: 'Unpin', onSelect: () => run(() => doors.room.unpin(messageId)) }
      : { label: 'Pin', onSelect: () => run(() => doors.room.pin(messageId)) }
    const copy = {
      label: 'Copy the text',
      onSelect: () => run(async () => navigator.clipboard?.writeText(message.content)),
    }
    return [
      ...(doors.can('pin') ? [pin] : []),
      ...(message.content === '' ? [] : [copy]),
      ...(isOwn ? [] : [{ label: 'Report …', onSelect: () => open({ name: 'report', message }) }]),
      ...(isOwn ? [] : personItems({ chat, conversation, userId: senderId, open, run })),
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
