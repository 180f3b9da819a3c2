import { printableName } from '../../../client/index.ts'
import { usePermissions } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { plainMoment } from '../text/date-text.ts'
import { withNames } from '../text/mention-names.ts'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { usePins } from './use-pins.ts'
import { UserName } from './user-name.tsx'

/** The pinned messages of a room. */
export function PinsDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { count, messages } = usePins(conversation)
  const { doors } = conversation
  const can = usePermissions(conversation.talk)
  const { people } = useChat()
  const { run, error } = useAct()
  return (
    <Dialog title={words.pinnedMessages} onClose={onClose} className="wide">
      <FormError>{error}</FormError>
      {count === 0 && <p className="hint">{words.nothingPinned}</p>}
      <ul className="page-list" aria-label={words.pinnedMessages}>
        {messages.map(({ messageId, senderId, timestamp, content, file, mentions }) => (
          <li key={messageId}>
            <div className="entry">
              <div className="grow">
                <p className="hint">
                  <UserName userId={senderId} /> · {plainMoment(timestamp, Date.now())}
                </p>
                <p className="pinned-text" dir="auto">
                  {withNames(content, mentions, people.textOf) || printableName(file?.fileName ?? '')}
                </p>
              </div>
              {can('pin') && (
                <button
                  type="button"
                  className="button"
                  aria-label={words.unpinOf(people.textOf(senderId))}
                  onClick={() => run(() => doors.room.unpin(messageId))}
                >
                  {words.unpin}
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
