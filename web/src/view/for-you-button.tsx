import { useStore } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import { countText } from '../text/count-text.ts'
import { ThreadIcon } from './icons.tsx'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'

/** A button that opens the followed threads and the mentions, with the number of those that are unread. */
export function ForYouButton() {
  const chat = useChat()
  const open = useDialogs()
  const threads = useStore(chat.unreadThreads)
  const mentions = useStore(chat.unreadMentions)
  const count = threads + mentions
  return (
    <button type="button" className="for-you" onClick={() => open({ name: 'for-you' })}>
      <ThreadIcon />
      <span className="grow">{words.forYou.title}</span>
      {count > 0 && (
        <span className={`badge ${mentions > 0 ? 'is-for-me' : ''}`}>
          {countText(count)}
          <span className="visually-hidden">{words.unread(false)}</span>
        </span>
      )}
    </button>
  )
}
