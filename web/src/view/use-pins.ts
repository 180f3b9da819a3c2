import { useEffect, useState } from 'react'
import type { MessageEvent } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { useRoom } from '../../../client/react/index.ts'

interface Pins {
  count: number
  /** The pinned messages that are loaded, the one pinned last first. */
  messages: readonly MessageEvent[]
}

/** Returns the pinned messages of a room, of which `limit` are loaded. */
export function usePins(conversation: Conversation, limit = Infinity): Pins {
  const { details } = useRoom(conversation.talk)
  const [messages, setMessages] = useState<readonly MessageEvent[]>([])
  const pins = details?.pins ?? NONE
  useEffect(() => {
    let isCurrent = true
    conversation.messagesOf(pins.slice(0, limit)).then(
      (found) => isCurrent && setMessages(found),
      // If the messages can't be loaded, only their number is shown.
      () => {},
    )
    return () => {
      isCurrent = false
    }
  }, [conversation, pins, limit])
  return { count: pins.length, messages: messages.filter(({ messageId }) => pins.includes(messageId)) }
}

const NONE: readonly string[] = []
