import { useEffect, useRef } from 'react'
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
  const isWanted = notices === 'on' && chat.options.pushUrl !== undefined
  // One after the other, or the end of one subscription would end the next.
  const work = useRef<Promise<void | (() => void)>>(Promise.resolve())
  useEffect(() => {
    if (!isReady || !isWanted) return
    work.current = work.current
      .then(loadDialogs)
      .then(({ subscribe }) => subscribe(chat))
      .catch(reportError)
  }, [chat, isReady, isWanted])
  useEffect(() => {
    if (!isWanted) return
    return () => {
      work.current = work.current
        .then((end) => end?.())
        .then(endPushes)
        .catch(reportError)
    }
  }, [chat, isWanted])
}

/**
 * Ends this browser's subscription, also one that an earlier page has begun, or that the server has not confirmed. The
 * push service answers the next push with 410, and the server forgets the subscription.
 */
async function endPushes(): Promise<void> {
  const { serviceWorker } = navigator as Partial<Navigator>
  const registration = await serviceWorker?.getRegistration()
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
}
