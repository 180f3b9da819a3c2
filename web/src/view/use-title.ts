import { useEffect } from 'react'
import type { Conversation } from '../state/conversation.ts'
import { Store } from '../state/store.ts'
import { isolated } from '../text/isolated.ts'
import { useChat } from './use-chat.ts'
import { useStore } from './use-store.ts'

const NO_TITLE = new Store<string | undefined>(undefined)

/** Sets the page's title to the number of unread messages and the conversation: `(3) General – Tabletalk`. */
export function useTitle(current: Conversation | undefined): void {
  const count = useStore(useChat().unread)
  const name = useStore(current?.title ?? NO_TITLE)
  useEffect(() => {
    const place = name === undefined ? 'Tabletalk' : `${isolated(name)} – Tabletalk`
    document.title = count === '' ? place : `(${count}) ${place}`
  }, [count, name])
}
