import { useEffect, useState } from 'react'

/**
 * Loads a part of the page that isn't needed at its start. Returns undefined until it is there, and `failed` without a
 * network, or when another version of the page has replaced it: neither ends the rest of the page.
 *
 * @param load always the same function; undefined until it is needed
 */
export function useLoaded<T extends object>(load: (() => Promise<T>) | undefined): T | 'failed' | undefined {
  const [part, setPart] = useState<T | 'failed'>()
  useEffect(() => {
    if (!load) return
    let isCurrent = true
    load().then(
      (loaded) => isCurrent && setPart(loaded),
      () => isCurrent && setPart('failed'),
    )
    return () => {
      isCurrent = false
    }
  }, [load])
  return part
}
