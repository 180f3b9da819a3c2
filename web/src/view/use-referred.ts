import { useLayoutEffect } from 'react'
import type { MessageEvent } from '../../../client/index.ts'
import { useStore } from '../../../client/react/index.ts'
import type { Conversation } from '../state/conversation.ts'

/**
 * Returns what messages say now, in the order of the ids, loaded in the timeline or not. `gone` stands for one that was
 * deleted, `undefined` for one that isn't known yet.
 */
export function useReferred(
  { referred }: Conversation,
  messageIds: readonly string[],
): readonly (MessageEvent | 'gone' | undefined)[] {
  const known = useStore(referred.known)
  // Before the browser paints, so that what the client has already shows at once.
  useLayoutEffect(() => referred.want(messageIds), [referred, messageIds])
  return messageIds.map((id) => known.get(id))
}
