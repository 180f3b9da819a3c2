import { useMemo } from 'react'
import type { MessageEvent } from '../../../client/index.ts'
import { useRoom } from '../../../client/react/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { useReferred } from './use-referred.ts'

interface Pins {
  count: number
  /** The pinned messages that are loaded, the one pinned last first. */
  messages: readonly MessageEvent[]
}

/** Returns the pinned messages of a room, of which `limit` are loaded. If they can't be, only their number is known. */
export function usePins(conversation: Conversation, limit = Infinity): Pins {
  const { details } = useRoom(conversation.talk)
  const pins = details?.pins ?? NONE
  const first = useMemo(() => pins.slice(0, limit), [pins, limit])
  const messages = useReferred(conversation, first).flatMap((message) => (message === 'gone' ? [] : (message ?? [])))
  return { count: pins.length, messages }
}

const NONE: readonly string[] = []
