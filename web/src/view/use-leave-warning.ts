import { useEffect } from 'react'
import type { Chat } from '../state/chat.ts'

/** Has the browser ask before the page goes, while there is what would go with it. */
export function useLeaveWarning(chat: Chat): void {
  useEffect(() => {
    const onBeforeUnload = (event: BeforeUnloadEvent) => {
      if (chat.hasUnsent) event.preventDefault()
    }
    window.addEventListener('beforeunload', onBeforeUnload)
    return () => window.removeEventListener('beforeunload', onBeforeUnload)
  }, [chat])
}
