import { type MessageRow, seqOf } from '../entities/message.ts'
import type { HistoryPage, Range } from './read-history.ts'
import { readPage } from './read-page.ts'

/** A page that leaves messages out: it may be empty and yet have more to follow. */
export interface ViewPage extends HistoryPage {
  /** When there is more, the last seq that the page accounts for in the direction of reading. */
  next?: number
}

/** Messages that are looked at for one page, and at least in one turn: a thread may go on for long. */
const MAX_SEEN = 500
const AT_LEAST = 50

/** What is said in the room itself: without replies that are in their thread only. */
const isOfRoom = ({ threadId, inRoom }: MessageRow): boolean => threadId === undefined || inRoom === true

/**
 * A page of what is said in the room itself. It ends once it has `limit` messages, or 500 were looked at. AP22, AP20.
 *
 * @param bytes after which the page ends
 */
export async function readRoomView(chatRoomId: string, range: Range, bytes: number, now: number): Promise<ViewPage> {
  const forwards = range.after !== undefined
  const found: MessageRow[] = []
  let seen = 0
  let size = 0
  for (let rest: Range = range; ;) {
    const limit = Math.min(Math.max(range.limit - found.length, AT_LEAST), MAX_SEEN - seen)
    const page = await readPage(chatRoomId, { ...rest, limit }, bytes, now)
    // In the direction of reading.
    const part = forwards ? page.messages : page.messages.toReversed()
    seen += part.length
    size += page.bytesRead
    found.push(...part.filter(isOfRoom))
    const isCut = found.length > range.limit
    if (isCut) found.length = range.limit
    const last = isCut ? found.at(-1) : part.at(-1)
    const isEnough = found.length === range.limit || seen >= MAX_SEEN || size > bytes
    if (isCut || isEnough || !page.hasMore || last === undefined) {
      const messages = forwards ? found : found.reverse()
      const hasMore = isCut || page.hasMore
      return { messages, hasMore, ...(hasMore && last !== undefined && { next: seqOf(last) }) }
    }
    rest = { ...range, ...(forwards ? { after: seqOf(last) } : { before: seqOf(last) }) }
  }
}
