import { appendMessage, type Draft, type Sent } from '../rooms/append-message.ts'
import { countSend, type RateLimit } from '../entities/rate-window.ts'
import { optional, type Shape } from '../env.ts'
import { defined } from '../protocol/defined.ts'
import type { Caller } from './caller.ts'

const rate: Shape<RateLimit> = {
  expected: 'sends/seconds, such as 20/10',
  parse: (value) => {
    const [, sends, seconds] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(value) ?? []
    return sends && seconds ? { sends: Number(sends), seconds: Number(seconds) } : undefined
  },
}

/** Of each user. Unset: no limit, and no write to count sends. */
const rateLimit = optional('SEND_RATE_LIMIT', rate)

/**
 * Appends the caller's message to a room: the part that `sendMessage` and `broadcastMessage` share.
 *
 * @param admission rejects if the caller may not write to the room; awaited together with other reads, before the write
 * @throws RateLimited when the user has sent too often
 */
export async function send(
  caller: Caller,
  draft: Pick<Draft, 'chatRoomId' | 'kind' | 'content'> & { clientMessageId?: string | undefined },
  admission: Promise<unknown>,
): Promise<Sent> {
  const { clientMessageId, ...rest } = draft
  const now = Date.now()
  const admitted = rateLimit ? Promise.all([admission, countSend(caller.userId, rateLimit, now)]) : admission
  return appendMessage(
    {
      ...rest,
      ...defined({ clientMessageId }),
      senderId: caller.userId,
      originConnectionId: caller.connectionId,
    },
    admitted,
    now,
  )
}
