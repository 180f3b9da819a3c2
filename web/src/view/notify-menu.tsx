import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { notifyChoices, notifyWords } from '../text/notify-words.ts'
import { BellIcon, BellOffIcon } from './icons.tsx'
import { Menu } from './menu.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useStore } from '../../../client/react/index.ts'

/** Shows for which messages of the room the user gets notifications, and changes that for all of their devices. */
export function NotifyMenu({ conversation }: { conversation: Conversation }) {
  const { client } = useChat()
  const notify = useStore(conversation.notify)
  const { run, error } = useAct()
  if (!conversation.room) return null
  const { level, until } = notify
  const told = notifyWords(notify, client.serverNow)
  const items = () =>
    notifyChoices().map(({ label, forMs, ...choice }) => ({
      label,
      isChosen: choice.level === level && forMs === undefined && (level !== 'none' || until === undefined),
      onSelect: () =>
        run(() => conversation.setNotify(choice.level, forMs === undefined ? undefined : client.serverNow + forMs)),
    }))
  return (
    <>
      {error !== undefined && (
        <span className="failure" role="alert">
          {error}
        </span>
      )}
      <Menu
        label={words.notificationsAre(told)}
        icon={level === 'none' ? <BellOffIcon /> : <BellIcon />}
        items={items}
      />
    </>
  )
}
