import type { Conversation } from '../state/conversation.ts'
import { previewOf } from '../text/preview.ts'
import { useChat } from './use-chat.ts'
import { useNames } from './use-names.ts'
import { useStore } from '../../../client/react/index.ts'

const NOBODY: readonly string[] = []

/** Returns the last message of a conversation in one line, or undefined until it is known. */
export function usePreview({ last, kind }: Conversation): string | undefined {
  const { userId } = useChat()
  const { message } = useStore(last) ?? {}
  const nameOf = useNames(message ? [message.senderId, ...(message.mentions ?? NOBODY)] : NOBODY)
  return message && previewOf(message, { userId, isDirect: kind === 'direct', nameOf })
}
