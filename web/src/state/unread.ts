import type { Room } from '../../../client/index.ts'
import { Store } from '../../../client/react/index.ts'

export interface UnreadView {
  /** The `seq` up to which the user has read. */
  readTo: number
  /** How many messages of other users come after `readTo`; see `hasMore`. */
  count: number
  /** Whether there may be more than `count`. */
  hasMore: boolean
  /** How many of them mention the user. */
  mentions: number
  /** Whether the server has counted them yet. */
  isKnown: boolean
}

/** The state in which certainly nothing is unread. */
export const nothingUnread: UnreadView = { readTo: 0, count: 0, hasMore: false, mentions: 0, isKnown: true }

/** The server counts up to this number exactly. */
const COUNTED = 50

/** How many messages of a conversation the user has not read on any device, as far as the client knows. */
export class Unread extends Store<UnreadView> {
  /** @param room returns undefined for a direct conversation without a message yet */
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
