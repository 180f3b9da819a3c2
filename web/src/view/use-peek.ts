import { type RefObject, useEffect } from 'react'
import type { Conversation } from '../state/conversation.ts'
import { useChat } from './use-chat.ts'
import { useConnection, useStore } from '../../../client/react/index.ts'

/** Loads the last message of a conversation in the list when it comes into sight and the message isn't known. */
export function usePeek(conversation: Conversation, element: RefObject<HTMLElement | null>): void {
  const chat = useChat()
  const { hasBeenConnected } = useConnection()
  const isKnown = useStore(conversation.last)?.message !== undefined
  useEffect(() => {
    if (!element.current || !hasBeenConnected || isKnown) return
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      observer.disconnect()
      chat.peek(conversation)
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [chat, conversation, element, hasBeenConnected, isKnown])
}
