import { type RefObject, useEffect } from 'react'
import type { MessageExtras } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { mentionBeing, mentionedIn, ROOM_MENTION } from '../text/mentions.ts'
import { callsOf, withIds } from '../text/mention-names.ts'
import { Avatar } from './avatar.tsx'
import { type Completion, useCompletion } from './use-completion.tsx'
import { useChat } from './use-chat.ts'
import { useNames } from './use-names.ts'
import { UserName } from './user-name.tsx'
import { usePermissions, useStore } from '../../../client/react/index.ts'

/** How many names are offered at once. */
const OFFERED = 8

/** In a room with more members, only those whose names are already known are found by name. */
const ASKED = 200

const NOBODY: readonly string[] = []

interface Mentions extends Completion {
  /** Returns the text for sending, with ids instead of names. */
  withIds: (text: string) => string
  /** Returns the users who are mentioned in a text with ids. */
  mentionedIn: (content: string) => Pick<MessageExtras, 'mentions' | 'mentionRoom'>
}

/** Offers the members' names while the user writes one after an @. */
export function useMentions(
  conversation: Conversation,
  field: RefObject<HTMLTextAreaElement | null>,
  text: string,
  write: (text: string) => void,
): Mentions {
  const { userIds } = useStore(conversation.members)
  const hasNames = text.includes('@')
  useEffect(() => {
    if (hasNames) conversation.members.load().catch(() => {})
  }, [conversation, hasNames])
  const { people } = useChat()
  useNames(hasNames && userIds.length <= ASKED ? userIds : NOBODY)
  const calls = callsOf(userIds, (userId) => people.peek(userId).name)
  const mayNameRoom = usePermissions(conversation.talk)('mentionRoom') && conversation.kind === 'room'
  const names = [...(mayNameRoom ? [ROOM_MENTION] : []), ...userIds]
  const offer = (query: string) =>
    names
      .filter((name) => isCalled(name, query) || isCalled(people.peek(name).name, query))
      .slice(0, OFFERED)
      .map((name) => ({ key: name, insert: `@${calls.get(name) ?? name}`, view: <Offered name={name} /> }))
  const being = mentionBeing(text, field.current?.selectionStart ?? text.length)
  const completion = useCompletion({ field, text, write, sign: '@', label: words.peopleToMention, being, offer })
  const extrasFor = (content: string) => {
    const { mentions, mentionRoom } = mentionedIn(content, userIds, mayNameRoom)
    return { ...(mentions.length > 0 && { mentions }), ...(mentionRoom && { mentionRoom }) }
  }
  return { ...completion, withIds: (text) => withIds(text, calls), mentionedIn: extrasFor }
}

const Offered = ({ name }: { name: string }) => (
  <>
    {name === ROOM_MENTION ? <b>@room</b> : <Avatar id={name} />}
    <span className="ellipsis">{name === ROOM_MENTION ? words.everybodyHere : <UserName userId={name} />}</span>
  </>
)

/** Whether a name, or a word of it, begins with a text. */
const isCalled = (name: string, query: string): boolean =>
  name.toLowerCase().startsWith(query) ||
  (query !== '' &&
    !query.includes(' ') &&
    name
      .toLowerCase()
      .split(/[\s\p{P}]+/u)
      .some((word) => word.startsWith(query)))
