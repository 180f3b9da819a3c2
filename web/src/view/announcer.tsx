import { useEffect, useState } from 'react'
import type { Conversation } from '../state/conversation.ts'
import { typingSentence } from '../text/typing-sentence.ts'
import { useStore } from './use-store.ts'

/** Reads out new messages of others to screen readers. */
export function Announcer({ conversation }: { conversation: Conversation }) {
  const [text, setText] = useState('')
  useEffect(
    () =>
      conversation.on('message', (message) => {
        if (!conversation.isOwn(message)) setText(`${message.senderId}: ${message.content || message.file?.fileName}`)
      }),
    [conversation],
  )
  return (
    <div className="visually-hidden" aria-live="polite">
      {text}
    </div>
  )
}

export function TypingLine({ conversation }: { conversation: Conversation }) {
  const sentence = typingSentence(useStore(conversation.typing))
  return (
    <div className="typing" role="status" aria-label="Typing">
      {sentence !== '' && (
        <>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span className="ellipsis" dir="auto">
            {sentence} …
          </span>
        </>
      )}
    </div>
  )
}
