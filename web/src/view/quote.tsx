import { useEffect, useState } from 'react'
import { type MessageEvent } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { ReplyIcon } from './icons.tsx'
import { showMessage } from './show-message.ts'
import { useSaid } from './use-said.ts'
import { UserName } from './user-name.tsx'
import { useStore } from '../../../client/react/index.ts'

/** Shows above a reply the message that it quotes. A click goes to that message. */
export function Quote({ conversation, messageId }: { conversation: Conversation; messageId: string }) {
  const message = useQuoted(conversation, messageId)
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

/** Returns the current state of a message, or undefined while it is being requested. */
function useQuoted(conversation: Conversation, messageId: string): MessageEvent | 'gone' | undefined {
  const { messages } = useStore(conversation.timeline)
  const [read, setRead] = useState<MessageEvent | 'gone'>()
  const known = messages.find((message) => message.messageId === messageId)
  const isKnown = known !== undefined
  useEffect(() => {
    if (isKnown) return
    let isCurrent = true
    conversation.messagesOf([messageId]).then(
      ([found]) => isCurrent && setRead(found ?? 'gone'),
      () => isCurrent && setRead('gone'),
    )
    return () => {
      isCurrent = false
    }
  }, [conversation, messageId, isKnown])
  if (known) return known.deleted ? 'gone' : known
  return read
}
