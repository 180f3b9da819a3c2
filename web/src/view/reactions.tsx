import { type MessageEvent, printableName } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { useAct } from './use-act.ts'

/** The reactions to a message, each with its count: a click gives or takes back one's own. */
export function Reactions({ message, conversation }: { message: MessageEvent; conversation: Conversation }) {
  const { run, error } = useAct()
  const { doors } = conversation
  const { messageId, reactions = [] } = message
  if (reactions.length === 0) return null
  return (
    <>
      <ul className="reactions" aria-label="Reactions">
        {reactions.map(({ reaction, count, userIds }) => {
          const isOwn = doors.room.hasReacted(message, reaction)
          return (
            <li key={reaction}>
              <button
                type="button"
                className="reaction"
                aria-pressed={isOwn}
                aria-label={`${reaction} ${count}`}
                title={namesOf(userIds, count)}
                disabled={!doors.can('react')}
                onClick={() =>
                  run(() => (isOwn ? doors.room.unreact(messageId, reaction) : doors.room.react(messageId, reaction)))
                }
              >
                <span dir="auto">{reaction}</span> {count}
              </button>
            </li>
          )
        })}
      </ul>
      {error !== undefined && (
        <p className="failure" role="alert">
          {error}
        </p>
      )}
    </>
  )
}

function namesOf(userIds: readonly string[], count: number): string {
  const names = userIds.map((userId) => printableName(userId)).join(', ')
  return count > userIds.length ? `${names} and ${count - userIds.length} others` : names
}
