import { type MessageRow, seqOf } from '../entities/message.ts'
import { type PageRead, type Range, readHistory } from './read-history.ts'

/**
 * How many messages to read at first, and then at once: how large they are is known only afterwards, and a read of a
 * hundred of the largest costs 400 units for a reply that holds four of them.
 */
const FIRST_READ = 20
const FURTHER_READ = 32

/**
 * A page of history that also ends once more than `bytes` were read, so that what is read is in proportion to what a
 * reply can hold. AP22, AP20.
 *
 * @param range its `limit` is that of the whole page
 */
export async function readPage(chatRoomId: string, range: Range, bytes: number, now: number): Promise<PageRead> {
  const forwards = range.after !== undefined
  let messages: MessageRow[] = []
  let bytesRead = 0
  for (let rest: Range = range; ;) {
    const limit = Math.min(range.limit - messages.length, messages.length === 0 ? FIRST_READ : FURTHER_READ)
    const part = await readHistory(chatRoomId, { ...rest, limit }, now)
    messages = forwards ? [...messages, ...part.messages] : [...part.messages, ...messages]
    bytesRead += part.bytesRead
    // One that is not full has met holes: they have cost their share.
    const isEnough = messages.length === range.limit || bytesRead > bytes || part.messages.length < limit
    if (!part.hasMore || isEnough) return { messages, hasMore: part.hasMore, bytesRead }
    const last = seqOf((forwards ? messages.at(-1) : messages[0])!)
    rest = forwards ? { ...range, after: last } : { ...range, before: last }
  }
}
