import { useEffect, useState } from 'react'
import { useTyping } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { isolated } from '../text/isolated.ts'
import { saidIn } from '../text/said.ts'
import { typingSentence } from '../text/typing-sentence.ts'
import { useChat } from './use-chat.ts'
import { useNames } from './use-names.ts'

/** How many announcements stay on the page. Screen readers read out those that are added. */
const KEPT = 10

/** Reads out new messages of others to screen readers. */
export function Announcer({ conversation }: { conversation: Conversation }) {
  const { people } = useChat()
  const [said, setSaid] = useState<{ seq: number; text: string }[]>([])
  useEffect(
    () =>
      conversation.on('message', (message) => {
        if (conversation.isOwn(message)) return
        const { seq, senderId } = message
        const text = words.said(people.textOf(senderId), saidIn(message, people.textOf))
        setSaid((before) => [...before, { seq, text }].slice(-KEPT))
      }),
    [conversation, people],
  )
  return (
    <div className="visually-hidden" aria-live="polite">
      {said.map(({ seq, text }) => (
        <p key={seq}>{text}</p>
      ))}
    </div>
  )
}

export function TypingLine({ conversation }: { conversation: Conversation }) {
  const { typing: userIds } = useTyping(conversation.talk)
  const nameOf = useNames(userIds)
  const sentence = typingSentence(userIds.map((userId) => isolated(nameOf(userId))))
  return (
    <div className="typing" role="status" aria-label={words.typing}>
      {sentence !== '' && (
        <>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span className="ellipsis">{sentence} …</span>
        </>
      )}
    </div>
  )
}
