import { useCallback, useEffect, useRef, useState } from 'react'
import type { MessageEvent, OutgoingMessage, Room, Thread } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { all, useLive } from './use-live.ts'

/** A room's timeline, or a thread's. */
export interface Timeline {
  /** In the order of `seq`, always as they are now. */
  messages: readonly MessageEvent[]
  /** This client's own that wait to be sent or have failed, the oldest first: show them below. */
  unsent: OutgoingMessage[]
  /** Whether there are older ones than those. */
  hasOlder: boolean
  isLoading: boolean
  /** Why the last page could not be loaded. */
  error: unknown
  /** Loads the page before the oldest message. Does nothing while a page is loading. */
  loadOlder: () => void
  /** Sends a text, as `room.send`. */
  send: (content: string) => OutgoingMessage
}

type Talk = Room | Thread

interface Page extends Pick<Timeline, 'hasOlder' | 'isLoading' | 'error'> {
  of: Talk
}

/** Before the newest page is loaded. */
const FIRST = { hasOlder: true, isLoading: true, error: undefined }

/**
 * The messages of a room, or of one of its threads, with those on their way. Loads the newest page.
 *
 * @param room from `useRoom`
 * @param options `threadId`: the message that a thread begins with; `pageSize`: 1 to 100, default 50
 *
 * @example
 * const { messages, unsent, send } = useMessages(room)
 */
export function useMessages(
  room: Room,
  { threadId, pageSize = 50 }: { threadId?: string; pageSize?: number } = {},
): Timeline {
  const client = useClient()
  const talk = threadId === undefined ? room : room.thread(threadId)
  const shown = useLive(
    () => ({ messages: talk.messages, unsent: talk.unsent }),
    (changed) => all(talk.on('messages', changed), room.on('outgoing', changed), room.on('message', changed)),
    [room, talk],
  )
  const [known, setPage] = useState<Page>({ ...FIRST, of: talk })
  // Of another room or thread that was shown before, nothing is known of this one.
  const { of: _, ...page } = known.of === talk ? known : { ...FIRST, of: talk }
  const loading = useRef<Talk>(undefined)
  const load = useCallback(
    (before?: number) => {
      if (loading.current === talk) return
      loading.current = talk
      setPage((now) => ({ ...(now.of === talk ? now : FIRST), of: talk, isLoading: true }))
      const end = (outcome: { hasOlder?: boolean; error?: unknown }) => {
        if (loading.current === talk) loading.current = undefined
        setPage((now) => (now.of === talk ? { ...now, isLoading: false, error: undefined, ...outcome } : now))
      }
      talk.history({ limit: pageSize, ...(before === undefined ? {} : { before }) }).then(
        ({ hasMore }) => end({ hasOlder: hasMore }),
        (error: unknown) => end({ error }),
      )
    },
    [talk, pageSize],
  )
  useEffect(() => {
    let isOver = false
    client.ready().then(
      () => isOver || load(),
      (error: unknown) => isOver || setPage({ ...FIRST, of: talk, isLoading: false, error }),
    )
    return () => {
      isOver = true
    }
  }, [client, load, talk])
  return {
    ...shown,
    ...page,
    loadOlder: useCallback(() => load(talk.messages[0]?.seq), [load, talk]),
    send: useCallback((content: string) => talk.send({ content }), [talk]),
  }
}
