import { appendMessage, type Draft, type Sent } from '../rooms/append-message.ts'
import { countSend, type RateLimit } from '../entities/rate-window.ts'
import type { Caller } from './caller.ts'

/** `SEND_RATE_LIMIT`, e.g. `20/10` for 20 sends in 10 seconds per user; unset: no limit and no write for it. */
const rateLimit = parseRateLimit(process.env.SEND_RATE_LIMIT)

export function parseRateLimit(setting: string | undefined): RateLimit | undefined {
  if (setting === undefined || setting === '') return undefined
  const [, sends, seconds] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(setting) ?? []
  if (sends === undefined || seconds === undefined) {
    throw new Error(`unable to read SEND_RATE_LIMIT; "${setting}" is not sends/seconds, as in 20/10`)
  }
  return { sends: Number(sends), seconds: Number(seconds) }
}

/** What `sendMessage` and `broadcastMessage` share: the caller's message goes to a room that admits the caller. */
export async function send(
  caller: Caller,
  draft: Pick<Draft, 'chatRoomId' | 'kind' | 'content'> & { clientMessageId?: string | undefined },
  admission: Promise<unknown>,
): Promise<Sent> {
  const { clientMessageId, ...rest } = draft
  const admitted = rateLimit ? Promise.all([admission, countSend(caller.userId, rateLimit, Date.now())]) : admission
  return appendMessage(
    {
      ...rest,
      ...(clientMessageId === undefined ? {} : { clientMessageId }),
      senderId: caller.userId,
      originConnectionId: caller.connectionId,
    },
    admitted,
  )
}
