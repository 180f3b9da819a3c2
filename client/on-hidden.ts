interface EventSource {
  addEventListener?: (type: string, listener: () => void) => void
  removeEventListener?: (type: string, listener: () => void) => void
}

/**
 * Calls `run` when the user turns away from the page, because they may never come back. Does nothing outside browsers.
 *
 * @returns a function that removes the listeners
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
