import { useEffect, useRef } from 'react'
import { Store, useStore } from '../../../client/react/index.ts'
import { nothingUnread } from '../state/unread.ts'
import { HAS_LIST_BESIDE } from './has-list-beside.ts'
import { useChat } from './use-chat.ts'
import { replaceBy, useRoute } from './use-route.ts'

const nothing = new Store(nothingUnread)

/**
 * Opens the room or direct conversation that was open last, if the address names none. Its unread messages stay unread
 * until the user opens it themselves.
 */
export function useLastPlace(isReady: boolean): void {
  const chat = useChat()
  const route = useRoute()
  const began = useRef(window.location.hash)
  const place = chat.lastPlace
  const conversation = place && chat.find(place)
  const unread = useStore(conversation?.unread ?? nothing)
  // The number of unread messages there isn't known at once.
  const isKnown = isReady && unread.isKnown
  useEffect(() => {
    if (isKnown && began.current === '' && window.matchMedia(HAS_LIST_BESIDE).matches) {
      if (place && conversation?.unread.get().count === 0) replaceBy(place)
    }
    if (isKnown) began.current = '#'
  }, [place, conversation, isKnown])
  useEffect(() => {
    if (isReady && route.kind !== 'home') chat.lastPlace = route
  }, [chat, isReady, route])
}
