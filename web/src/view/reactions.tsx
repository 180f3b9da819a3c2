import type { MessageEvent } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { useAct } from './use-act.ts'
import { useNames } from './use-names.ts'

/** The reactions to a message with their counts. A click adds or removes this user's own. */
export function Reactions({ message, conversation }: { message: MessageEvent; conversation: Conversation }) {
  const { run, error } = useAct()
  const { doors } = conversation
  const { messageId, reactions = [] } = message
  const nameOf = useNames([...new Set(reactions.flatMap(({ userIds }) => userIds))])
  if (reactions.length === 0) return null
  return (
    <>
      <ul className="reactions" aria-label={words.reactions}>
        {reactions.map(({ reaction, count, userIds }) => {
          const isOwn = doors.room.hasReacted(message, reaction)
          return (
            <li key={reaction}>
              <button
                type="button"
                className="reaction"
                aria-pressed={isOwn}
                aria-label={`${reaction} ${count}`}
                title={namesIn(userIds.map(nameOf), count)}
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

const namesIn = (names: readonly string[], count: number): string =>
  count > names.length ? words.andOthers(names.join(words.comma), count - names.length) : names.join(words.comma)
