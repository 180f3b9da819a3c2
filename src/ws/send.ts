import { type Admission, appendMessage, type Draft, type Sent } from '../rooms/append-message.ts'
import type { Aside } from '../entities/message.ts'
import { defined } from '../protocol/defined.ts'
import { type Caller, viaOf } from './caller.ts'
import { count } from './rate-limit.ts'
import { traceId } from '../trace.ts'

/**
 * Appends the caller's message to a room. `sendMessage` and `broadcastMessage` share it.
 *
 * @param admission its `enter` runs after the send has been counted, so that a send over the limit writes only its
 *   count
 * @throws RateLimited when the user has sent too often
 */
export async function send(
  caller: Caller,
  draft: Pick<Draft, 'chatRoomId' | 'kind' | 'content'> & Aside & { clientMessageId?: string | undefined },
  { check, enter }: Admission,
): Promise<Sent> {
  const { clientMessageId, ...rest } = draft
  const now = Date.now()
  const countAndEnter = async () => {
    await count('send', caller, now)
    await enter?.()
  }
  return appendMessage(
    {
      ...rest,
      ...defined({ clientMessageId, originConnectionId: caller.connectionId, via: viaOf(caller), traceId: traceId() }),
      senderId: caller.userId,
    },
    { check, enter: countAndEnter },
    now,
  )
}
