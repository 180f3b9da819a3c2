import { useMemo, useSyncExternalStore } from 'react'
import { hashOf, type Route, routeFrom } from '../state/route.ts'

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** Returns the place that the address names. The browser's back button changes it too. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash)
  return useMemo(() => routeFrom(hash), [hash])
}

export function goTo(route: Route): void {
  window.location.hash = hashOf(route)
}

/** Goes to a route without leaving the current one in the browser's history. */
export function replaceBy(route: Route): void {
  window.location.replace(hashOf(route))
}
