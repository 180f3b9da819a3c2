import { useMemo, useSyncExternalStore } from 'react'

/** Calls `changed` whenever the value may have changed. Returns a function that stops this. */
type Watch = (changed: () => void) => () => void

/** Combines functions that remove listeners into one. */
export const all =
  (...stops: (() => void)[]): (() => void) =>
  () =>
    stops.forEach((stop) => stop())

/**
 * Returns a value of the client, and renders the component again when the value changes. The value is read once after
 * each change, so `read` may return a new object each time.
 *
 * @param of the values that `read` and `watch` depend on
 */
export function useLive<T>(read: () => T, watch: Watch, of: readonly unknown[]): T {
  const { subscribe, snapshot } = useMemo(() => {
    let kept: { value: T } | undefined
    return {
      subscribe: (rendered: () => void) => {
        // The value may have changed since the first rendering.
        kept = undefined
        return watch(() => {
          kept = undefined
          rendered()
        })
      },
      snapshot: () => (kept ??= { value: read() }).value,
    }
  }, of)
  return useSyncExternalStore(subscribe, snapshot, snapshot)
}
