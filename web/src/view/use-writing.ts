import type { Conversation } from '../state/conversation.ts'
import { type Writing, writingIn } from '../text/writing.ts'
import { useChat } from './use-chat.ts'
import { useNow } from './use-now.ts'
import { useRoom, useStore } from '../../../client/react/index.ts'

/** How often a countdown is updated. */
const TICK_MS = 500

/** Whether this user may write in a conversation now, and if not, why. */
export function useWriting(conversation: Conversation): Writing {
  const { client } = useChat()
  const state = { ...useRoom(conversation.talk), slowUntil: useStore(conversation.doors) }
  const { messages } = useStore(conversation.timeline)
  const lastOwnAt = messages.findLast(conversation.isOwn)?.timestamp ?? 0
  const writing = writingIn(state, lastOwnAt, client.serverNow)
  const isWaiting = writing.kind === 'slow' || (state.mutedUntil ?? 0) > client.serverNow
  useNow(isWaiting ? TICK_MS : 0)
  return writing
}
