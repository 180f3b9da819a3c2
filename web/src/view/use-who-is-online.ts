import { useEffect } from 'react'
import { useChat } from './use-chat.ts'
import { useConnection, useStore } from '../../../client/react/index.ts'
import { useVisible } from './use-visible.ts'

const AGAIN_MS = 120_000

/** Keeps known who is online while the page is visible: events may be lost, and come for direct rooms only. */
export function useWhoIsOnline(): void {
  const { conversations, online } = useChat()
  const isVisible = useVisible()
  const { status } = useConnection()
  const directs = useStore(conversations).filter(({ kind, room }) => kind === 'direct' && room !== undefined).length
  useEffect(() => {
    if (!isVisible || status !== 'connected') return undefined
    const load = () => {
      online.load().catch(reportError)
    }
    load()
    // Not all pages in the same moment.
    const timer = setInterval(load, AGAIN_MS * (0.8 + 0.4 * Math.random()))
    return () => clearInterval(timer)
  }, [isVisible, status, directs, online])
}
