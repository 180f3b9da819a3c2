import { usePresence } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { Avatar } from './avatar.tsx'
import { HAS_LIST_BESIDE } from './has-list-beside.ts'
import { useChat } from './use-chat.ts'
import { useNames } from './use-names.ts'
import { useVisible } from './use-visible.ts'

/** How many pictures fit beside the title. On a phone there is hardly room for that. */
const facesThatFit = () => (window.matchMedia(HAS_LIST_BESIDE).matches ? 4 : 1)
const NAMES = 20

/** The pictures of the others who are looking at this conversation. They see this user while the page is visible. */
export function HereNow({ conversation }: { conversation: Conversation }) {
  const { userId } = useChat()
  const people = usePresence(conversation.talk, useVisible())
  const here = people.flatMap((person) => (person.userId === userId ? [] : [person.userId]))
  const nameOf = useNames(here.slice(0, NAMES))
  if (here.length === 0) return null
  const faces = facesThatFit()
  const more = here.length - faces
  const names = here.slice(0, NAMES).map(nameOf).join(words.comma)
  const label = words.hereNow(names, Math.max(0, here.length - NAMES))
  return (
    <span className="here-now" role="img" aria-label={label} title={label}>
      {here.slice(0, faces).map((userId) => (
        <Avatar key={userId} id={userId} size="small" />
      ))}
      {more > 0 && <span className="here-more">+{more}</span>}
    </span>
  )
}
