import { type MessageRow, seqOf } from '../entities/message.ts'
import { type PageRead, type Range, readHistory } from './read-history.ts'

/**
 * Messages that the first read and each further one return at most. Their size is known only after the read, and a read
 * of a hundred of the largest costs 400 read units for a reply that holds four of them.
 */
const FIRST_READ = 20
const FURTHER_READ = 32

/**
 * Reads a page of history that also ends once more than `bytes` were read, so that the cost is in proportion to what a
 * reply can hold. AP22, AP20.
 *
 * @param range its `limit` is the limit of the whole page
 * @param bytes as JSON
 * @param maxRequests after this number of requests the page ends early. If it is given, the page is read in as few
 *   parts as the size of its first messages suggests
 */
export async function readPage(
  chatRoomId: string,
  range: Range,
  bytes: number,
  now: number,
  maxRequests?: number,
): Promise<PageRead> {
  const forwards = range.after !== undefined
  let messages: MessageRow[] = []
  let bytesRead = 0
  let requests = 0
  for (let rest: Range = range; ;) {
    const left = range.limit - messages.length
    const limit = Math.min(left, messages.length === 0 ? FIRST_READ : furtherRead())
    const part = await readHistory(chatRoomId, { ...rest, limit, ...wholePage(left) }, now)
    messages = forwards ? [...messages, ...part.messages] : [...part.messages, ...messages]
    bytesRead += part.bytesRead
    requests += part.requests
    // A part that is not full has met holes, which have cost enough requests.
    const isEnough = messages.length === range.limit || bytesRead > bytes || part.messages.length < limit
    if (!part.hasMore || isEnough || (maxRequests !== undefined && requests >= maxRequests)) {
      return { ...part, messages, bytesRead, requests }
    }
    const last = seqOf((forwards ? messages.at(-1) : messages[0])!)
    rest = forwards ? { ...range, after: last } : { ...range, before: last }
  }

  function furtherRead(): number {
    if (maxRequests === undefined) return FURTHER_READ
    return Math.max(FURTHER_READ, Math.ceil(((bytes - bytesRead) / bytesRead) * messages.length))
  }

  function wholePage(limit: number): Pick<Range, 'whole'> {
    if (maxRequests === undefined) return {}
    const isStarted = messages.length > 0
    return { whole: { limit, bytes: bytes - bytesRead, requests: maxRequests - requests, isStarted } }
  }
}
