import { useMemo, useSyncExternalStore } from 'react'
import { hashOf, type Route, routeFrom } from '../state/route.ts'

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** The address, which the browser's back button changes too. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash)
  return useMemo(() => routeFrom(hash), [hash])
}

export function goTo(route: Route): void {
  window.location.hash = hashOf(route)
}

/** Without a step back to what is no longer there. */
export function replaceBy(route: Route): void {
  window.location.replace(hashOf(route))
}
