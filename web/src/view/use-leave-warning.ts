import { useEffect } from 'react'
import type { Chat } from '../state/chat.ts'

/** Lets the browser ask before it closes the page, while messages or files would be lost. */
export function useLeaveWarning(chat: Chat): void {
  useEffect(() => {
    const onBeforeUnload = (event: BeforeUnloadEvent) => {
      if (chat.hasUnsent) event.preventDefault()
    }
    window.addEventListener('beforeunload', onBeforeUnload)
    return () => window.removeEventListener('beforeunload', onBeforeUnload)
  }, [chat])
}
