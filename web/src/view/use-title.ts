import { useEffect } from 'react'
import { brand } from '../state/brand.ts'
import type { Conversation } from '../state/conversation.ts'
import { Store, useStore } from '../../../client/react/index.ts'
import { isolated } from '../text/isolated.ts'
import { useChat } from './use-chat.ts'

const NO_TITLE = new Store<string | undefined>(undefined)

/**
 * Sets the page's title to the number of unread messages and the conversation, `(3) General – Tabletalk`, and marks the
 * page's icon while there are any.
 */
export function useTitle(current: Conversation | undefined): void {
  const count = useStore(useChat().unread)
  const name = useStore(current?.title ?? NO_TITLE)
  useEffect(() => {
    const place = name === undefined ? brand.name : `${isolated(name)} – ${brand.name}`
    document.title = count === '' ? place : `(${count}) ${place}`
  }, [count, name])
  const isMarked = count !== ''
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
    if (!isMarked || !link) return
    const { href } = link
    link.href = unreadIcon
    // An installed page also has an app icon, which gets a badge.
    navigator.setAppBadge?.().catch(() => {})
    return () => {
      link.href = href
      navigator.clearAppBadge?.().catch(() => {})
    }
  }, [isMarked])
}

const unreadIcon = new URL('../icon-unread.svg', import.meta.url).href
