import { useEffect } from 'react'
import type { Chat } from '../state/chat.ts'
import type { Conversation } from '../state/conversation.ts'
import { isComposing } from './is-composing.ts'
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
      if (isComposing(event)) return
      const isSwitcher = (event.ctrlKey || event.metaKey) && isK(event)
      const step = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined
      const isHelp = event.key === '/' ? event.ctrlKey || event.metaKey : event.key === '?' && !isWriting(event)
      const isSearch = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f' && current !== undefined
      if (isSearch) open({ name: 'search' })
      else if (isSwitcher) open({ name: 'switcher' })
      else if (isHelp) open({ name: 'keys' })
      else if (step !== undefined) goBy(step, chat, current)
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

/** Whether a key is K: by its letter, or by its place on the keyboard if the layout's letters aren't Latin. */
const isK = ({ key, code }: KeyboardEvent): boolean =>
  key.toLowerCase() === 'k' || (code === 'KeyK' && !/^[a-z]$/i.test(key))

function goBy(step: number, chat: Chat, current: Conversation | undefined): void {
  const all = chat.conversations.get()
  const index = current ? all.indexOf(current) + step : 0
  const next = all[(index + all.length) % all.length]
  if (next) goTo(next.route)
}
