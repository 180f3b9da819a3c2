import { useMemo, useSyncExternalStore } from 'react'

/** Calls `changed` whenever what is read may be another. Returns what ends it. */
type Watch = (changed: () => void) => () => void

/** Ends several subscriptions as one. */
export const all =
  (...stops: (() => void)[]): (() => void) =>
  () =>
    stops.forEach((stop) => stop())

/**
 * Something of the client, and the component is rendered again when it changes. It is read once for each change, so
 * `read` may return a new object each time.
 *
 * @param of what `read` and `watch` depend on
 */
export function useLive<T>(read: () => T, watch: Watch, of: readonly unknown[]): T {
  const { subscribe, snapshot } = useMemo(() => {
    let kept: { value: T } | undefined
    return {
      subscribe: (rendered: () => void) => {
        // It may have changed since the first rendering.
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
