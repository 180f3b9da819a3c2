interface EventSource {
  addEventListener?: (type: string, listener: () => void) => void
  removeEventListener?: (type: string, listener: () => void) => void
}

/**
 * Calls `run` when the page is no longer looked at: it may never come back. Does nothing outside browsers.
 *
 * @returns a function that stops it
 */
export function onHidden(run: () => void): () => void {
  const window = globalThis as EventSource & { document?: EventSource & { visibilityState: string } }
  const { document } = window
  if (document === undefined) return () => {}
  const onChange = () => {
    if (document.visibilityState === 'hidden') run()
  }
  window.addEventListener?.('blur', run)
  document.addEventListener?.('visibilitychange', onChange)
  return () => {
    window.removeEventListener?.('blur', run)
    document.removeEventListener?.('visibilitychange', onChange)
  }
}
