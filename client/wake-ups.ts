interface Page {
  addEventListener?: (type: string, listener: () => void) => void
  removeEventListener?: (type: string, listener: () => void) => void
}

/**
 * In a browser: when the network is back or the page is looked at again, a connection may have died unnoticed.
 * Answers with what ends the watching.
 */
export function onWakeUp(check: () => void): () => void {
  const window = globalThis as Page & { document?: Page & { visibilityState: string } }
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
