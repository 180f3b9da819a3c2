import type { Reactive } from './reactions.ts'
import type { ChangeRecord } from './log-changes.ts'
import type { Recorded } from './recorded.ts'

/** A change that may wait until the whole batch is posted. */
export type Unhurried = Extract<Reactive, { type: 'connectionRemoved' | 'markerMoved' }>

/** A change of a room. It is handled before the room's messages are posted. */
export type Hurried = Exclude<Reactive, Unhurried>

/** The part of a batch that concerns some of its rooms. */
export interface Turn {
  reactive: Recorded<Hurried>[]
  raised: ChangeRecord[]
}

/**
 * Splits a batch into at most three turns, so that a room's messages don't wait for what happened in other rooms: first
 * the rooms where nothing needs the table, which is most rooms with messages; then the other rooms with messages; then
 * the rooms without messages. Each room is in one turn, with all its changes, in order. So whoever has joined or left a
 * room is subscribed or unsubscribed before its messages are posted.
 */
export function turnsOf(reactive: readonly Recorded<Hurried>[], raised: readonly ChangeRecord[]): Turn[] {
  const withMessages = new Set(reactive.filter(({ change }) => hasMessages(change)).map(({ change }) => roomOf(change)))
  const withWork = new Set([
    ...reactive.filter(({ change }) => needsTable(change)).map(({ change }) => roomOf(change)),
    ...raised.map(({ chatRoomId }) => chatRoomId),
  ])
  const turnOf = (chatRoomId: string) => (withWork.has(chatRoomId) ? (withMessages.has(chatRoomId) ? 1 : 2) : 0)
  const turns = [0, 1, 2].map((turn) => ({
    reactive: reactive.filter(({ change }) => turnOf(roomOf(change)) === turn),
    raised: raised.filter(({ chatRoomId }) => turnOf(chatRoomId) === turn),
  }))
  return turns.filter(({ reactive, raised }) => reactive.length + raised.length > 0)
}

const hasMessages = ({ type }: Hurried): boolean => type === 'messageKept' || type === 'taskMade'

const needsTable = ({ type }: Hurried): boolean =>
  type === 'memberAdded' || type === 'memberRemoved' || type === 'auditNoted' || type === 'taskMade'

function roomOf(change: Hurried): string {
  switch (change.type) {
    case 'messageKept':
      return change.message.chatRoomId
    case 'typingChanged':
      return change.typing.chatRoomId
    case 'memberAdded':
    case 'memberRemoved':
      return change.membership.chatRoomId
    case 'auditNoted':
      return change.entry.chatRoomId
    case 'userErased':
      return change.chatRoomId
    case 'taskMade':
      return change.task.chatRoomId
  }
}
