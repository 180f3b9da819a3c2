import { useEffect, useRef } from 'react'
import { useChat } from './use-chat.ts'
import { replaceBy, useRoute } from './use-route.ts'

/** Smaller screens begin with the list. */
const HAS_LIST_BESIDE = '(min-width: 721px)'

/**
 * Opens the room or person that was open last, where the address names none. What is unread there stays unread until
 * the user chooses to see it.
 */
export function useLastPlace(isReady: boolean): void {
  const chat = useChat()
  const route = useRoute()
  const began = useRef(window.location.hash)
  useEffect(() => {
    if (isReady && began.current === '' && window.matchMedia(HAS_LIST_BESIDE).matches) {
      const place = chat.lastPlace
      const conversation = place && chat.find(place)
      if (place && conversation?.unread.get().count === 0) replaceBy(place)
    }
    if (isReady) began.current = '#'
  }, [chat, isReady])
  useEffect(() => {
    if (isReady && route.kind !== 'home') chat.lastPlace = route
  }, [chat, isReady, route])
}
