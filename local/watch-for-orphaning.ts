const CHECK_INTERVAL_MS = 500

/**
 * Calls `onOrphaned` once the parent process has ended. npm sends its signals only to a shell, and that shell may end
 * without passing them on to the process that it runs.
 */
export function watchForOrphaning(onOrphaned: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onOrphaned()
  }, CHECK_INTERVAL_MS)
  timer.unref()
}
