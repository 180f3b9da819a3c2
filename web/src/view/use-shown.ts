import { useEffect, useState } from 'react'
import type { Conversation } from '../state/conversation.ts'

/** A page that is never idle loads the rest all the same. */
const PATIENCE_MS = 2_000

/**
 * Whether the first messages have been shown and the browser has time for what isn't needed before them. Stays true.
 *
 * @param isReady whether the list of rooms has been loaded
 * @param current the conversation that is open, if any
 */
export function useShown(isReady: boolean, current: Conversation | undefined): boolean {
  const [isShown, setIsShown] = useState(false)
  const timeline = current?.timeline
  useEffect(() => {
    if (!isReady || isShown) return
    let end = () => {}
    const look = () => {
      if (timeline?.get().isLoading) return
      stop()
      end()
      end = whenIdle(() => setIsShown(true))
    }
    const stop = timeline?.subscribe(look) ?? (() => {})
    look()
    return () => {
      stop()
      end()
    }
  }, [isReady, isShown, timeline])
  return isShown
}

/** Calls a function when the browser is idle. Returns a function that cancels that. */
function whenIdle(run: () => void): () => void {
  // Safari has no such callback.
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(run, PATIENCE_MS / 10)
    return () => clearTimeout(timer)
  }
  const id = requestIdleCallback(run, { timeout: PATIENCE_MS })
  return () => cancelIdleCallback(id)
}
