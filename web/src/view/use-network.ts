import { useSyncExternalStore } from 'react'

function subscribe(listener: () => void): () => void {
  const events = ['online', 'offline'] as const
  for (const name of events) window.addEventListener(name, listener)
  return () => {
    for (const name of events) window.removeEventListener(name, listener)
  }
}

/** Whether the device has a network. That network may still not reach the server. */
export const useNetwork = (): boolean => useSyncExternalStore(subscribe, () => navigator.onLine)
