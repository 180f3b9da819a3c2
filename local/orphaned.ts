const LOOK_EVERY_MS = 500

/**
 * Calls `onOrphaned` once the process that started this one is gone. npm passes a signal on to a shell only, which may
 * end without telling what runs in it.
 */
export function watchForOrphaning(onOrphaned: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onOrphaned()
  }, LOOK_EVERY_MS)
  timer.unref()
}
