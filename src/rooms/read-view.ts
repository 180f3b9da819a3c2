import { type MessageRow, seqOf } from '../entities/message.ts'
import type { HistoryPage, Range } from './read-history.ts'
import { readPage } from './read-page.ts'

/** A page that leaves some messages out, so it may be empty although more follow. */
export interface ViewPage extends HistoryPage {
  /** If there are more, the last seq that the page has looked at, in the direction of reading. */
  next?: number
}

/**
 * The most messages that one page looks at, and the fewest in one turn: there may be a long run of replies that are
 * shown only in their threads.
 */
const MAX_SEEN = 500
const AT_LEAST = 50

/** Tells whether a message is shown in the room itself, and not only in a thread. */
const isOfRoom = ({ threadId, inRoom }: MessageRow): boolean => threadId === undefined || inRoom === true

/**
 * Reads a page of the messages that are shown in the room itself. It ends once it has `limit` messages, or has looked
 * at 500. AP22, AP20.
 *
 * @param bytes the page also ends once more than this was read, as JSON
 */
export async function readRoomView(chatRoomId: string, range: Range, bytes: number, now: number): Promise<ViewPage> {
  const forwards = range.after !== undefined
  const found: MessageRow[] = []
  let seen = 0
  let size = 0
  for (let rest: Range = range; ;) {
    const limit = Math.min(Math.max(range.limit - found.length, AT_LEAST), MAX_SEEN - seen)
    const page = await readPage(chatRoomId, { ...rest, limit }, bytes, now)
    // From here on in the direction of reading.
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
