import type { Room } from '../../../client/index.ts'
import { Store } from '../../../client/react/index.ts'

export interface UnreadView {
  /** The `seq` up to which the user has read. */
  readTo: number
  /** The others' messages after it: so many at least. */
  count: number
  /** Whether there may be more than `count`. */
  hasMore: boolean
  /** Those among them that mention the user. */
  mentions: number
  /** Whether the server has counted them yet. */
  isKnown: boolean
}

/** Nothing is unread, for sure. */
export const nothingUnread: UnreadView = { readTo: 0, count: 0, hasMore: false, mentions: 0, isKnown: true }

/** The server counts no further. */
const COUNTED = 50

/** How much of a conversation the user has not read, on any device: what the client knows of it. */
export class Unread extends Store<UnreadView> {
  /** @param room undefined for a conversation without a message yet */
  constructor(on: Room['on'], room: () => Room | undefined) {
    super(viewOf(room()))
    on('unread', () => this.set(viewOf(room())))
  }
}

function viewOf(room: Room | undefined): UnreadView {
  if (!room) return nothingUnread
  const { unread } = room
  if (!unread) return { ...nothingUnread, isKnown: false }
  const { readSeq, count, exact, mentions } = unread
  return { readTo: readSeq, count: exact ? count : COUNTED, hasMore: !exact, mentions, isKnown: true }
}
