import { useCallback, useEffect } from 'react'
import type { OutgoingMessage } from '../index.ts'
import { useStore } from './store.ts'
import type { Talk } from './talk.ts'
import { timelineOf, type TimelineState } from './timeline.ts'

/** A room's timeline, or a thread's. */
export interface Messages extends TimelineState {
  /** Loads the page before the oldest message. Does nothing while a page is loading. */
  loadOlder: () => void
  /** Sends a text, as `room.send`. */
  send: (content: string) => OutgoingMessage
}

/**
 * The messages of a room, or of one of its threads, with those on their way. Loads the newest page, once however many
 * components show it, and again when messages were skipped.
 *
 * @param talk from `useRoom`, or `client.direct(id)`
 * @param options `threadId`: the message that a thread begins with; `pageSize`: 1 to 100, default 50
 *
 * @example
 * const { messages, unsent, send } = useMessages(room)
 */
export function useMessages(
  talk: Talk,
  { threadId, pageSize }: { threadId?: string; pageSize?: number } = {},
): Messages {
  const timeline = timelineOf(talk, { threadId })
  useEffect(() => {
    timeline.load(pageSize).catch(() => {})
  }, [timeline, pageSize])
  return {
    ...useStore(timeline),
    loadOlder: useCallback(() => void timeline.loadOlder(pageSize).catch(() => {}), [timeline, pageSize]),
    send: useCallback((content: string) => talk.send({ content, ...(threadId && { threadId }) }), [talk, threadId]),
  }
}
