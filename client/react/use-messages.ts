import { useCallback, useEffect } from 'react'
import type { OutgoingMessage } from '../index.ts'
import { useStore } from './store.ts'
import type { Talk } from './talk.ts'
import { timelineOf, type TimelineState } from './timeline.ts'

/** The timeline of a room or of a thread, with functions for it. */
export interface Messages extends TimelineState {
  /** Loads the page before the oldest message. Does nothing while a page is loading. */
  loadOlder: () => void
  /** Sends a text message, as `room.send` does. */
  send: (content: string) => OutgoingMessage
}

/**
 * Returns the messages of a room or of one of its threads, including those that are not sent yet. The newest page is
 * loaded once for all components, and again after messages were skipped.
 *
 * @param talk a room from `useRoom`, or `client.direct(id)`
 * @param options `threadId`: the `messageId` of a thread's first message; `pageSize`: 1 to 100, default 50
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
