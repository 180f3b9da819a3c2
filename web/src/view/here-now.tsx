import { useEffect, useState } from 'react'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { Avatar } from './avatar.tsx'
import { useChat } from './use-chat.ts'
import { useNames } from './use-names.ts'
import { useStore } from './use-store.ts'
import { useVisible } from './use-visible.ts'

const FACES = 4
const NAMES = 20

/** The faces of the others who look at this conversation. They see this user's, while the page is visible. */
export function HereNow({ conversation }: { conversation: Conversation }) {
  const here = useHere(conversation)
  const nameOf = useNames(here.slice(0, NAMES))
  if (here.length === 0) return null
  const more = here.length - FACES
  const names = here.slice(0, NAMES).map(nameOf).join(words.comma)
  const label = words.hereNow(names, Math.max(0, here.length - NAMES))
  return (
    <span className="here-now" role="img" aria-label={label} title={label}>
      {here.slice(0, FACES).map((userId) => (
        <Avatar key={userId} id={userId} size="small" />
      ))}
      {more > 0 && <span className="here-more">+{more}</span>}
    </span>
  )
}

/** Who else is here, by id. */
function useHere(conversation: Conversation): readonly string[] {
  const chat = useChat()
  const isVisible = useVisible()
  // A conversation gets its room with its first message.
  useStore(conversation.doors)
  const { room } = conversation
  const [here, setHere] = useState<readonly string[]>([])
  useEffect(() => {
    if (!room || !isVisible) return undefined
    const { presence } = room
    const stop = presence.on('change', (people) => {
      setHere(people.flatMap(({ userId }) => (userId === chat.userId ? [] : [userId])))
    })
    // Where nobody is shown, or the server knows no presence, nobody is.
    presence.enter().catch(() => {})
    return () => {
      presence.leave().catch(() => {})
      stop()
      setHere([])
    }
  }, [room, isVisible, chat])
  return here
}
