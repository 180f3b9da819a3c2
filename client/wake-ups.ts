interface EventSource {
  addEventListener?: (type: string, listener: () => void) => void
  removeEventListener?: (type: string, listener: () => void) => void
}

/**
 * Calls `check` when the network is back and when the page is visible again, because the connection may have died
 * unnoticed meanwhile. Does nothing outside browsers.
 *
 * @returns a function that removes the listeners
 */
export function onWakeUp(check: () => void): () => void {
  const window = globalThis as EventSource & { document?: EventSource & { visibilityState: string } }
  const { document } = window
  const onVisible = () => {
    if (document?.visibilityState === 'visible') check()
  }
  if (document === undefined) return () => {}
  window.addEventListener?.('online', check)
  document.addEventListener?.('visibilitychange', onVisible)
  return () => {
    window.removeEventListener?.('online', check)
    document.removeEventListener?.('visibilitychange', onVisible)
  }
}
