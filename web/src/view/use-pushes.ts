import { useEffect } from 'react'
import { useStore } from '../../../client/react/index.ts'
import { loadDialogs } from './later-dialog.tsx'
import { useChat } from './use-chat.ts'

/**
 * Subscribes this browser to Web Push while the user wants desktop notifications, if the deployment has a server for
 * that.
 *
 * @param isReady whether the chat has been shown
 */
export function usePushes(isReady: boolean): void {
  const chat = useChat()
  const { notices } = useStore(chat.preferences)
  useEffect(() => {
    if (!isReady || notices !== 'on' || !chat.options.pushUrl) return
    const end = loadDialogs().then(({ subscribe }) => subscribe(chat))
    end.catch(reportError)
    return () =>
      void end.then(
        (end) => end(),
        () => {},
      )
  }, [chat, isReady, notices])
}
