import { words } from '../language/words.ts'
import type { Removed } from '../state/chat.ts'
import { isolated } from '../text/isolated.ts'
import { removalSentence } from '../text/removal-words.ts'
import { CloseIcon } from './icons.tsx'
import { useChat } from './use-chat.ts'
import { useStore } from '../../../client/react/index.ts'

/** Shows from which rooms this user was removed, and why, until they close the notice. */
export function RemovedNotices() {
  const chat = useChat()
  const removed = useStore(chat.removed)
  if (removed.length === 0) return null
  return (
    <div role="alert" className="notices">
      {removed.map((removal) => (
        <p key={removal.chatRoomId} className="notice">
          <span className="grow">
            <RemovalText removed={removal} />
          </span>
          <button
            type="button"
            className="icon-button"
            aria-label={words.dismissNotice(removal.title)}
            title={words.dismiss}
            onClick={() => chat.dismiss(removal.chatRoomId)}
          >
            <CloseIcon />
          </button>
        </p>
      ))}
    </div>
  )
}

/** What happened, and the reason that the moderator gave. */
export const RemovalText = ({ removed }: { removed: Removed }) => (
  <>
    {removalSentence(removed, isolated(removed.title), Date.now())}
    {removed.note !== undefined && <> {words.reasonIs(<bdi>{removed.note}</bdi>)}</>}
  </>
)
