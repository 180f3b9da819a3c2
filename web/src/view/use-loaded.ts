import { useEffect, useState } from 'react'

/**
 * Loads a part of the page that isn't needed at the start. Returns undefined until the part is loaded, and `failed` if
 * there is no network or a newer version of the page has replaced it. The rest of the page works on in both cases.
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
