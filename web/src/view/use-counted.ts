import { useEffect, useState } from 'react'
import type { Unread } from '../state/unread.ts'
import { useStore } from '../../../client/react/index.ts'

/** Then the messages are shown without the line before the new ones. */
const PATIENCE_MS = 2_000

/** Whether the server has counted what is unread, so that the list can begin there; or should have by now. */
export function useCounted(unread: Unread): boolean {
  const { isKnown } = useStore(unread)
  const [isLate, setIsLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return isKnown || isLate
}
