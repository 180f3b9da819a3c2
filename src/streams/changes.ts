import type { DynamoDBRecord } from 'aws-lambda'
import type { AuditRow } from '../entities/audit.ts'
import { type Changed, type ChangeItem, Change as LogEntry, changesPartition } from '../entities/change.ts'
import { Connection, type ConnectionRow } from '../entities/connection.ts'
import { FanOutTask, type FanOutTaskRow } from '../entities/fan-out-task.ts'
import type { MembershipRow } from '../entities/membership.ts'
import { type MessageRow, seqOf } from '../entities/message.ts'
import { presenceOf, Present, type PresentRow } from '../entities/present.ts'
import { aboutOf, RoomState, type RoomStateRow } from '../entities/room-state.ts'
import { Reaction, reactionOf, type ReactionRow } from '../entities/reaction.ts'
import { Session, type SessionRow } from '../entities/session.ts'
import { Typing, type TypingRow } from '../entities/typing.ts'
import { defined } from '../protocol/defined.ts'
import type { MarkerMove } from './marker-moved.ts'
import { type Image, readAudit, readMembership, readMessage, readRow, type Shape } from './read-row.ts'

/** A user added a reaction to a message, or removed one. */
export interface ReactionChanged {
  type: 'reactionChanged'
  reaction: ReactionRow
  added: boolean
}

/** A user became present in a room, left it, or shows other presence data. */
export interface PresenceChanged {
  type: 'presenceChanged'
  chatRoomId: string
  userId: string
  row: PresentRow
  how: 'entered' | 'changed' | 'left'
}

/** A session of a user began or ended. */
export interface SessionChanged {
  type: 'sessionChanged'
  session: Pick<SessionRow, 'userId' | 'sessionKey'>
  began: boolean
}

/** What a stream record means to the chat. */
export type Change =
  | { type: 'messageKept'; message: MessageRow }
  | ReactionChanged
  | { type: 'typingChanged'; typing: TypingRow }
  | { type: 'memberAdded'; membership: MembershipRow }
  | { type: 'memberRemoved'; membership: MembershipRow }
  | { type: 'connectionRemoved'; connection: ConnectionRow }
  | { type: 'closeRequested'; connection: ConnectionRow }
  | { type: 'taskMade'; task: FanOutTaskRow }
  | { type: 'auditNoted'; entry: AuditRow }
  | { type: 'versionRaised'; chatRoomId: string; changed: Changed; quiet: boolean }
  | { type: 'markerMoved'; move: MarkerMove }
  | PresenceChanged
  | SessionChanged
  | { type: 'userErased'; chatRoomId: string; rev: number; userId: string }

/** ElectroDB's name for an entity in its items. */
const ENTITY = '__edb_e__'

const typing: Shape<TypingRow> = { chatRoomId: 'string', userId: 'string', isTyping: 'boolean', until: 'number' }
const reaction: Shape<ReactionRow> = {
  chatRoomId: 'string',
  messageId: 'string',
  reaction: 'string',
  userId: 'string',
}
const connection: Shape<ConnectionRow> = { connectionId: 'string', userId: 'string' }

const task: Shape<FanOutTaskRow> = { chatRoomId: 'string', after: 'string', through: 'string', deliveries: 'string' }

const state: Shape<RoomStateRow> = { partition: 'string', place: 'string', readSeq: 'number', readAt: 'number' }

const choice: Shape<RoomStateRow> = { partition: 'string', place: 'string', notify: 'string', notifyAt: 'number' }
const present: Shape<PresentRow> = {
  partition: 'string',
  place: 'string',
  since: 'number',
  changedAt: 'number',
  until: 'number',
  joinId: 'string',
  session: 'string',
}

const session: Shape<SessionRow> = { userId: 'string', sessionKey: 'string', connectionId: 'string' }

const change: Shape<ChangeItem> = { partition: 'string', place: 'string', what: 'string', id: 'string' }

/**
 * Returns what a record means, or undefined if it means nothing here. The filter of the event source mapping already
 * leaves such records out, but the filter can be changed without this code.
 *
 * @throws Error when a record of a known entity cannot be read, so that it is kept in the on-failure destination
 */
export function changeOf(record: DynamoDBRecord): Change | undefined {
  const { NewImage, OldImage } = record.dynamodb ?? {}
  const inserted = record.eventName === 'INSERT'
  const removed = record.eventName === 'REMOVE'
  const image = (removed ? OldImage : NewImage) as Image | undefined
  // An import informs nobody.
  if (inserted && image?.Imported?.BOOL === true) return undefined
  if (image !== undefined && !removed && versionOf(NewImage) > versionOf(OldImage)) {
    // Details are first written when a room is first changed, so their insertion is a change. Other rows are new when
    // inserted.
    if (!inserted || image[ENTITY]?.S === 'ChatRoomDetails') return versionRaised(image, OldImage)
  }
  switch (image?.[ENTITY]?.S) {
    case 'Message': {
      if (!inserted) return undefined
      const row = readMessage(image)
      if (!Number.isSafeInteger(seqOf(row))) throw new Error('unable to read the record; its messageId is no seq')
      return row.kind === 'text' || row.kind === 'broadcast' ? { type: 'messageKept', message: row } : undefined
    }
    case 'Typing':
      // A pending row is reported by the record of another row.
      return removed || image.Pending !== undefined
        ? undefined
        : { type: 'typingChanged', typing: readRow(Typing, image, typing) }
    case 'Reaction': {
      if (!inserted && !removed) return undefined
      const row = reactionOf(readRow(Reaction, image, reaction))
      return { type: 'reactionChanged', reaction: row, added: inserted }
    }
    case 'Membership':
      if (inserted) return { type: 'memberAdded', membership: readMembership(image) }
      return removed ? { type: 'memberRemoved', membership: readMembership(image) } : undefined
    case 'Connection':
      if (removed) return { type: 'connectionRemoved', connection: readRow(Connection, image, connection) }
      return image.CloseRequested === undefined
        ? undefined
        : { type: 'closeRequested', connection: readRow(Connection, image, connection) }
    case 'Change':
      return inserted ? erasedOf(readRow(LogEntry, image, change)) : undefined
    case 'Audit':
      return inserted ? noted(readAudit(image)) : undefined
    case 'RoomState':
      return removed ? undefined : moveOf(image, OldImage)
    case 'Present':
      return presenceChanged(image, OldImage, record.eventName)
    case 'Session':
      return inserted || removed
        ? { type: 'sessionChanged', session: readRow(Session, image, session), began: inserted }
        : undefined
    case 'FanOutTask':
      return inserted ? { type: 'taskMade', task: readRow(FanOutTask, image, task) } : undefined
    default:
      return undefined
  }
}

/** Returns that a user was erased. The janitor writes this entry directly to the log, because it posts to nobody. */
function erasedOf({ partition, place, what, id }: ChangeItem): Change | undefined {
  if (what !== 'e') return undefined
  return {
    type: 'userErased',
    chatRoomId: partition.slice(changesPartition('').length),
    rev: Number(place),
    userId: id,
  }
}

/** Clearing a room's history counts as a change of the room, like a raised version. */
function noted(entry: AuditRow): Change {
  const { chatRoomId, action, messageId } = entry
  if (action !== 'truncate' || messageId === undefined) return { type: 'auditNoted', entry }
  const changed = { what: 'c', id: String(seqOf({ messageId })) } as const
  return { type: 'versionRaised', chatRoomId, changed, quiet: false }
}

const versionOf = (image: DynamoDBRecord['dynamodb'] extends { NewImage?: infer I } | undefined ? I : never): number =>
  Number(image?.Version?.N ?? 0)

/**
 * Returns the change for a raised `Version`, which clients must learn of, whoever wrote it. The change of a message is
 * quiet if only its reactions differ.
 */
function versionRaised(image: Image, old: Image | undefined): Change | undefined {
  const chatRoomId = image.ChatRoomId?.S
  const entity = image[ENTITY]?.S
  const of = (what: Changed['what'], id: string | undefined): Change => {
    if (chatRoomId !== undefined && id !== undefined)
      return { type: 'versionRaised', chatRoomId, changed: { what, id }, quiet: what === 'm' && isQuiet(image, old) }
    throw new Error(`unable to read the record; the ${entity} has no key`)
  }
  switch (entity) {
    case 'Message':
      return of('m', image.MessageId?.S)
    case 'ChatRoomDetails':
      return of('r', '')
    case 'Membership':
      return of('u', image.UserId?.S)
    default:
      return undefined
  }
}

const isQuiet = (image: Image, old: Image | undefined): boolean =>
  old !== undefined && image.Kind?.S === old.Kind?.S && image.EditedAt?.N === old.EditedAt?.N

/**
 * Returns undefined if neither the marker nor the notification level has changed: no device waits for anything else.
 */
function moveOf(image: Image, old: Image | undefined): Change | undefined {
  const isChosen = image.NotifyAt?.N !== old?.NotifyAt?.N
  if (image.ReadSeq?.N === old?.ReadSeq?.N && !isChosen) return undefined
  const row = readRow(RoomState, image, isChosen ? choice : state)
  const { readSeq: seq = 0, readAt: at = 0, private: isPrivate = false, originConnectionId } = row
  const before = Number(old?.ReadSeq?.N ?? 0)
  const chosen = isChosen ? { chosen: choiceOf(row) } : {}
  return { type: 'markerMoved', move: { ...aboutOf(row), seq, at, before, isPrivate, ...chosen, originConnectionId } }
}

const choiceOf = ({ notify: level = 'all', notifyAt: levelAt = 0, notifyUntil: until }: RoomStateRow) => ({
  level,
  levelAt,
  ...defined({ until }),
})
/** Returns undefined for a renewal. A renewal after the presence had expired counts as a new entry. */
function presenceChanged(image: Image, old: Image | undefined, eventName: DynamoDBRecord['eventName']) {
  if (eventName === 'MODIFY' && image.RenewedAt !== undefined) return undefined
  const row = readRow(Present, image, present)
  const isBack = eventName === 'MODIFY' && Number(old?.Until?.N ?? 0) <= row.since
  const how = eventName === 'REMOVE' ? 'left' : eventName === 'INSERT' || isBack ? 'entered' : 'changed'
  const { chatRoomId, userId } = presenceOf(row)
  return { type: 'presenceChanged', chatRoomId, userId, row, how } as const
}
