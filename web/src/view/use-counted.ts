import { useEffect, useState } from 'react'
import type { Unread } from '../state/unread.ts'
import { useStore } from '../../../client/react/index.ts'

/** After this time the messages are shown without the line before the new ones. */
const PATIENCE_MS = 2_000

/** Whether the server has counted the unread messages, so that the list can begin there, or has taken too long. */
export function useCounted(unread: Unread): boolean {
  const { isKnown } = useStore(unread)
  const [isLate, setIsLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return isKnown || isLate
}
