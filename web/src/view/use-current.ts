import { useEffect } from 'react'
import type { Conversation } from '../state/conversation.ts'
import type { Route } from '../state/route.ts'
import { useChat } from './use-chat.ts'
import { useRoute } from './use-route.ts'
import { useStore } from '../../../client/react/index.ts'

/**
 * Returns the conversation that the address names, if this user is a member of it.
 *
 * @param isReady whether the room list has loaded: until then, an unknown user may simply not have been loaded yet
 */
export function useCurrent(isReady: boolean): { route: Route; current: Conversation | undefined } {
  const chat = useChat()
  const route = useRoute()
  useStore(chat.conversations)
  const current = chat.find(route)
  useEffect(() => {
    if (isReady && route.kind === 'direct' && !current) chat.talkTo(route.userId)
  }, [chat, isReady, route, current])
  return { route, current }
}
