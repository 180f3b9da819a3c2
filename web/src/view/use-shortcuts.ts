import { useEffect } from 'react'
import type { Chat } from '../state/chat.ts'
import type { Conversation } from '../state/conversation.ts'
import { shortcutOf } from './shortcut-of.ts'
import { useChat } from './use-chat.ts'
import type { OpenDialog } from './use-dialogs.ts'
import { goTo } from './use-route.ts'

/**
 * Handles the keyboard shortcuts: Ctrl+K (or ⌘K) opens the switcher, Ctrl+F searches the open conversation, `?` or
 * Ctrl+/ lists the shortcuts, and Alt with an arrow key goes to the next conversation up or down.
 */
export function useShortcuts(current: Conversation | undefined, open: OpenDialog): void {
  const chat = useChat()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const shortcut = shortcutOf(event, isWriting(event))
      if (shortcut === 'previous') goBy(-1, chat, current)
      else if (shortcut === 'next') goBy(1, chat, current)
      else if (shortcut !== undefined && (shortcut !== 'search' || current !== undefined)) open({ name: shortcut })
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [chat, current, open])
}

/** Whether a key types text into the focused element. */
const isWriting = ({ target }: KeyboardEvent): boolean =>
  target instanceof Element && target.matches('input, textarea, select')

function goBy(step: number, chat: Chat, current: Conversation | undefined): void {
  const all = chat.conversations.get()
  const index = current ? all.indexOf(current) + step : 0
  const next = all[(index + all.length) % all.length]
  if (next) goTo(next.route)
}
