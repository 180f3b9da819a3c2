import type { Changed, ChangeRow } from '../entities/change.ts'
import { getMembership, roomWithDetails } from '../entities/membership.ts'
import { getMessages, type MessageRow, seqOf } from '../entities/message.ts'
import { messageEventWithFile, traceOf, withTrace } from '../files/message-event.ts'
import type { ChangeEvent } from '../protocol/change-events.ts'
import type { ChangesSkippedEvent } from '../protocol/events.ts'
import { defined } from '../protocol/defined.ts'
import { memberCountOf } from '../rooms/count-members.ts'
import { isPast } from '../rooms/kept.ts'
import { detailsOnWire, shownPins, shownRole } from '../rooms/room-view.ts'

/** A change without its number. */
type Unnumbered<E = ChangeEvent> = E extends ChangeEvent ? Omit<E, 'rev'> : never

/** The current state of changed subjects, by `subjectOf`. Subjects that no longer exist are missing. */
export type States = ReadonlyMap<string, Unnumbered>

/** Returns the name of a change's subject. Of several changes of one subject, only the newest matters. */
export const subjectOf = ({ what, id }: Changed): string => what + id

/** Returns the event of a change; undefined if its subject no longer exists. */
export function eventOf(change: ChangeRow, states: States): ChangeEvent | undefined {
  const state = states.get(subjectOf(change))
  return state && withTrace({ traceId: traceOf(state) }, { ...state, rev: change.rev })
}

/**
 * Reads the current state of what has changed. The state in a record or a log entry may be out of date. AP8, AP34,
 * AP67, AP98.
 *
 * @param changes of one room; each subject is read once
 * @param seen called with each message that is read, including messages that have expired and are not in the result
 */
export async function statesOf(
  chatRoomId: string,
  changes: readonly Changed[],
  seen?: (row: MessageRow) => void,
): Promise<States> {
  const ids = (wanted: Changed['what']) => [
    ...new Set(changes.filter(({ what }) => what === wanted).map(({ id }) => id)),
  ]
  const [messages, room, ...members] = await Promise.all([
    messageStates(chatRoomId, ids('m'), seen),
    ids('r').length === 0 ? undefined : roomState(chatRoomId),
    ...ids('u').map((userId) => memberState(chatRoomId, userId)),
  ])
  const cleared = ids('c').map((id) => ({ event: 'historyCleared', chatRoomId, before: Number(id) }) as const)
  const erased = ids('e').map((userId) => ({ event: 'userErased', chatRoomId, userId }) as const)
  const all = [...messages, room, ...members, ...cleared, ...erased]
  return new Map(all.flatMap((state) => (state === undefined ? [] : [[subjectOf(subjectOfState(state)), state]])))
}

/**
 * Returns an event that only says that there is a change. A client then fetches it, and receives what its user may see.
 */
export const changesSkipped = ({ chatRoomId, rev }: ChangeEvent): ChangesSkippedEvent => ({
  event: 'changesSkipped',
  chatRoomId,
  rev,
})

/** Returns the log entry of an event. */
export const changeOf = (event: ChangeEvent): ChangeRow => ({ rev: event.rev, ...subjectOfState(event) })

/**
 * Returns the change as a reader may see it: without pins of messages that they may not read.
 *
 * @param since the seq after which the reader may read
 */
export const readableOf = (event: ChangeEvent, since: number): ChangeEvent =>
  event.event === 'roomUpdated' ? { ...event, room: { ...event.room, pins: shownPins(event.room.pins, since) } } : event

/** Whether the room still shows the message that has changed. Other changes are always shown. */
export const isKept = (event: ChangeEvent, keptSince: number): boolean =>
  event.event !== 'messageUpdated' || event.message.timestamp >= keptSince

/** Returns the event, or `changesSkipped` if the room no longer shows the message to anybody. */
export const shownOf = (event: ChangeEvent, keptSince: number): ChangeEvent | ChangesSkippedEvent =>
  isKept(event, keptSince) ? event : changesSkipped(event)

function subjectOfState(state: Unnumbered): Changed {
  switch (state.event) {
    case 'messageUpdated':
      return { what: 'm', id: state.message.messageId }
    case 'messageDeleted':
      return { what: 'm', id: state.messageId }
    case 'roomUpdated':
      return { what: 'r', id: '' }
    case 'memberUpdated':
      return { what: 'u', id: state.userId }
    case 'historyCleared':
      return { what: 'c', id: String(state.before) }
    case 'userErased':
      return { what: 'e', id: state.userId }
  }
}

async function messageStates(
  chatRoomId: string,
  messageIds: readonly string[],
  seen?: (row: MessageRow) => void,
): Promise<Unnumbered[]> {
  const rows = await getMessages(
    chatRoomId,
    messageIds.map((messageId) => seqOf({ messageId })),
  )
  for (const row of rows) seen?.(row)
  const shown = rows.filter((row) => !isPast(row, { keptSince: 0 }, Date.now()))
  return Promise.all(shown.map(async (row) => withTrace(row, await messageState(row))))
}

async function messageState(row: MessageRow): Promise<Unnumbered> {
  const { chatRoomId, messageId } = row
  if (row.kind !== 'deleted') {
    return { event: 'messageUpdated', chatRoomId, message: await messageEventWithFile(row) }
  }
  return {
    event: 'messageDeleted',
    chatRoomId,
    seq: seqOf(row),
    messageId,
    version: row.version ?? 0,
    deletedAt: row.deletedAt ?? 0,
    deletedBy: row.deletedBy ?? '',
    ...defined({ threadId: row.threadId }),
  }
}

async function roomState(chatRoomId: string): Promise<Unnumbered | undefined> {
  const found = await roomWithDetails(chatRoomId)
  if (found === undefined) return undefined
  const { room, details } = found
  const shown = detailsOnWire(room, details, await memberCountOf(room, details))
  return { event: 'roomUpdated', chatRoomId, room: shown }
}

async function memberState(chatRoomId: string, userId: string): Promise<Unnumbered | undefined> {
  const membership = await getMembership(chatRoomId, userId)
  if (membership === undefined) return undefined
  const { role, mutedUntil = 0, changes = 0 } = membership
  return {
    event: 'memberUpdated',
    chatRoomId,
    userId,
    role: shownRole(chatRoomId, role),
    ...defined({ mutedUntil: mutedUntil > Date.now() ? mutedUntil : undefined }),
    version: changes,
  }
}
