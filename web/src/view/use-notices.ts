import { useEffect } from 'react'
import type { Chat, Heard } from '../state/chat.ts'
import { kept } from '../state/kept.ts'
import { previewOf } from '../text/preview.ts'
import { noticesAllowed } from './allow-notices.ts'
import { useChat } from './use-chat.ts'
import { playSound } from './play-sound.ts'
import { goTo } from './use-route.ts'

/** A message that arrives later than this after it was sent was missed during an outage, and is not shown. */
const FRESH_MS = 60_000

/** A visible tab with the page reports itself within this time. */
const OTHERS_MS = 400

/** When a tab of this browser that the user is looking at last received a message, epoch milliseconds. */
const LOOKED_AT = 'tabletalk.looked-at'

const forever = kept(() => localStorage)

/** Shows desktop notifications while the user isn't looking at any tab with the page. */
export function useNotices(): void {
  const chat = useChat()
  useEffect(() => {
    const shown = new Map<string, Notification>()
    const onHeard = () => {
      const heard = chat.heard.get()
      if (!heard || !chat.wakes(heard) || chat.client.serverNow - heard.message.timestamp > FRESH_MS) return
      if (document.visibilityState === 'visible') return forever.setItem(LOOKED_AT, String(Date.now()))
      setTimeout(() => {
        const isHidden = document.visibilityState !== 'visible'
        // Either way: the clock may have been set back since.
        const apart = Math.abs(Date.now() - Number(forever.getItem(LOOKED_AT)))
        if (isHidden && apart > 2 * OTHERS_MS) tell(chat, heard, shown)
      }, OTHERS_MS)
    }
    const onVisible = () => {
      if (document.visibilityState !== 'visible') return
      for (const notice of shown.values()) notice.close()
      shown.clear()
    }
    const end = chat.heard.subscribe(onHeard)
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      end()
      document.removeEventListener('visibilitychange', onVisible)
      for (const notice of shown.values()) notice.close()
    }
  }, [chat])
}

function tell(chat: Chat, heard: Heard, shown: Map<string, Notification>): void {
  notify(chat, heard, shown)
  if (chat.preferences.get().sound !== 'on') return
  try {
    playSound()
  } catch (error) {
    reportError(error)
  }
}

function notify(chat: Chat, { conversation, message }: Heard, shown: Map<string, Notification>): void {
  if (chat.preferences.get().notices !== 'on' || noticesAllowed() !== 'granted') return chat.missed.set(true)
  const { key, kind, title, route } = conversation
  const body = previewOf(message, {
    userId: chat.userId,
    isDirect: kind === 'direct',
    nameOf: chat.people.textOf,
  })
  if (chat.showAsPush) return chat.showAsPush(title.get(), body, conversation)
  try {
    // Each conversation has one notification, which the next message replaces.
    const notice = new Notification(title.get(), { body, tag: `${chat.userId} ${key}` })
    notice.onclick = () => {
      window.focus()
      goTo(route)
      notice.close()
    }
    shown.set(key, notice)
  } catch {
    // Some phones don't let pages show notifications.
    chat.missed.set(false)
  }
}
