import { type Admission, appendMessage, type Draft, type Sent } from '../rooms/append-message.ts'
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
 * @param admission entered after the send has been counted: one too many writes nothing but its count
 * @throws RateLimited when the user has sent too often
 */
export async function send(
  caller: Caller,
  draft: Pick<Draft, 'chatRoomId' | 'kind' | 'content'> & { clientMessageId?: string | undefined },
  { check, enter }: Admission,
): Promise<Sent> {
  const { clientMessageId, ...rest } = draft
  const now = Date.now()
  const countAndEnter = async () => {
    if (rateLimit) await countSend(caller.userId, rateLimit, now)
    await enter?.()
  }
  return appendMessage(
    {
      ...rest,
      ...defined({ clientMessageId }),
      senderId: caller.userId,
      originConnectionId: caller.connectionId,
    },
    { check, enter: countAndEnter },
    now,
  )
}
