import type { Conversation } from '../state/conversation.ts'
import { lettersOf } from '../text/letters-of.ts'
import { printableName } from '../../../client/index.ts'
import { useChat } from './use-chat.ts'
import { useStore } from '../../../client/react/index.ts'

/** The name of a room or user. If it looks like another one, the id or its letters are shown beside it. */
export function ConversationTitle({ conversation }: { conversation: Conversation }) {
  const title = useStore(conversation.title)
  const { places, people } = useChat()
  const alike = useStore(people.alike)
  const { kind, key, peer = '' } = conversation
  const isAlike = useStore(places).has(key) || alike.has(peer)
  const isNamed = peer !== '' && printableName(peer) !== title
  const hint = kind === 'room' ? key : [isNamed ? printableName(peer) : '', lettersOf(peer)].join(' ').trim()
  return (
    <>
      <bdi>{title}</bdi>
      {isAlike && hint !== '' && <small className="hint-inline"> {hint}</small>}
    </>
  )
}
