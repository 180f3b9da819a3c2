import { useMemo } from 'react'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { ReplyIcon } from './icons.tsx'
import { showMessage } from './show-message.ts'
import { useReferred } from './use-referred.ts'
import { useSaid } from './use-said.ts'
import { UserName } from './user-name.tsx'

/** Shows above a reply the message that it quotes. A click goes to that message. */
export function Quote({ conversation, messageId }: { conversation: Conversation; messageId: string }) {
  const [message] = useReferred(
    conversation,
    useMemo(() => [messageId], [messageId]),
  )
  const said = useSaid(message === 'gone' ? undefined : message)
  if (message === undefined) return <p className="quote soft">…</p>
  if (message === 'gone') return <p className="quote soft">{words.wasDeleted}</p>
  return (
    <button type="button" className="quote" onClick={() => showMessage(message.seq)}>
      <ReplyIcon />
      <span className="visually-hidden">{words.inReplyTo} </span>
      <b>
        <UserName userId={message.senderId} />
      </b>
      <span className="ellipsis" dir="auto">
        {said}
      </span>
    </button>
  )
}
