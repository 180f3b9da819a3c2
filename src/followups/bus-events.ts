import type { DynamoDBRecord } from 'aws-lambda'
import { endOfMembership, roomWithDetails } from '../entities/membership.ts'
import { lookIn, getMessage, type MessageRow, seqOf } from '../entities/message.ts'
import { messageEventOf } from '../files/message-event.ts'
import type { BusEvent } from '../protocol/bus-events.ts'
import { defined } from '../protocol/defined.ts'
import { memberCountOf } from '../rooms/count-members.ts'
import { detailsOnWire, shownRole } from '../rooms/room-view.ts'
import { type Image, readAudit, readMembership, readMessage } from '../streams/read-row.ts'

/** A record older than this has failed before, and its content may have been deleted since. */
const LATE_MS = 30_000

/** What a record means for consumers of the bus. */
export interface BusNews {
  events: BusEvent[]
  /**
   * A message that may need a push notification. `named`, for an edited message: the users whom it mentions only now.
   */
  wakes?: { message: MessageRow; named?: string[] }
}

const NOTHING: BusNews = { events: [] }

/**
 * Returns what a stream record means for consumers of the bus. A record may be redelivered, late, or arrive after later
 * ones. Its events then have the same ids. AP21, AP67, AP98, AP159.
 *
 * @throws Error when a record of a known entity cannot be read
 */
export async function busNewsOf(record: DynamoDBRecord, now: number): Promise<BusNews> {
  const { NewImage, OldImage, ApproximateCreationDateTime = now / 1_000 } = record.dynamodb ?? {}
  const removed = record.eventName === 'REMOVE'
  const image = (removed ? OldImage : NewImage) as Image | undefined
  // An import informs nobody. Later changes of imported rows are reported as usual.
  if (record.eventName === 'INSERT' && image?.Imported !== undefined) return NOTHING
  const change = {
    image: image ?? {},
    old: OldImage as Image | undefined,
    recordedAt: ApproximateCreationDateTime * 1_000,
  }
  switch (image?.__edb_e__?.S) {
    case 'Message':
      return removed ? NOTHING : messageNews(change, now)
    case 'Membership':
      return { events: await memberEvents(change, removed) }
    case 'ChatRoom':
      return record.eventName === 'INSERT' ? { events: await roomCreated(change) } : NOTHING
    case 'ChatRoomDetails':
      return isRaised(change) ? { events: await roomUpdated(change) } : NOTHING
    case 'User':
      return removed ? NOTHING : { events: userEvents(change) }
    case 'Audit':
      return record.eventName === 'INSERT' ? { events: auditEvents(image) } : NOTHING
    default:
      return NOTHING
  }
}

interface Changed {
  image: Image
  old: Image | undefined
  /**
   * When the record was written, epoch milliseconds. It is rounded, by Lambda to seconds, so no event has this time if
   * the row says when the thing itself happened.
   */
  recordedAt: number
}

/**
 * Returns the time of an event: no earlier than what happened to the same row before it. The clocks of two functions
 * may differ, and `recordedAt` is rounded.
 *
 * @param at epoch milliseconds
 * @param before epoch milliseconds of what happened before; undefined if it never did
 */
const notBefore = (at: number, ...before: (number | undefined)[]): number =>
  Math.max(at, ...before.filter((time) => time !== undefined))

const numberIn = (image: Image | undefined, field: string): number | undefined =>
  image?.[field]?.N === undefined ? undefined : Number(image[field].N)

const versionOf = (image: Image | undefined): number => Number(image?.Version?.N ?? 0)

const isRaised = ({ image, old }: Changed): boolean => versionOf(image) > versionOf(old)

async function messageNews({ image, old, recordedAt }: Changed, now: number): Promise<BusNews> {
  const kind = image.Kind?.S
  if (kind === 'hole') return NOTHING
  const row = readMessage(image)
  if (kind === 'deleted') {
    const editedAt = numberIn(old, 'EditedAt')
    return old?.Kind?.S === 'deleted' || old === undefined ? NOTHING : { events: [deleted(row, editedAt)] }
  }
  const isEdited = old !== undefined && image.EditedAt?.N !== old.EditedAt?.N
  if (old !== undefined && !isEdited && old.Kind?.S !== 'hole') return NOTHING
  const current = now - recordedAt > LATE_MS ? await getMessage(row.chatRoomId, row.messageId) : row
  if (current === undefined) return NOTHING
  const { chatRoomId } = row
  const message = onBus(current)
  if (!isEdited) {
    const of = { ...common(row.timestamp, chatRoomId, seqOf(row), versionOf(image)), event: message }
    return { events: [{ type: 'message.sent', detail: of }], wakes: { message: current } }
  }
  const at = notBefore(row.editedAt ?? recordedAt, row.timestamp, numberIn(old, 'EditedAt'))
  const of = common(at, chatRoomId, seqOf(row), versionOf(image))
  const event = { event: 'messageUpdated', chatRoomId, message } as const
  const named = newlyNamed(image, old)
  return {
    events: [{ type: 'message.edited', detail: { ...of, event } }],
    ...(named.length > 0 && { wakes: { message: current, named } }),
  }
}

function newlyNamed(image: Image, old: Image): string[] {
  const [now, before] = [image, old].map((one) => JSON.parse(one.Mentions?.S ?? '[]') as string[])
  return now!.filter((userId) => !before!.includes(userId))
}

/** Returns the message as an event, without a URL of its file. */
function onBus(row: MessageRow) {
  const { uploadId, fileName, contentType, size } = row
  const event = messageEventOf(row)
  if (uploadId === undefined || fileName === undefined || contentType === undefined || size === undefined) return event
  return { ...event, file: { uploadId, fileName, contentType, size, ...lookIn(row) } }
}

function deleted(row: MessageRow, editedAt: number | undefined): BusEvent {
  const { chatRoomId, messageId, version = 0, timestamp, deletedAt = timestamp, deletedBy = '', threadId } = row
  const gone = { seq: seqOf(row), messageId, version, deletedAt, deletedBy, ...defined({ threadId }) }
  const event = { event: 'messageDeleted', chatRoomId, ...gone } as const
  // An erasure keeps the version, so without this part the id would be the same as that of `message.sent`.
  const of = common(notBefore(deletedAt, timestamp, editedAt), chatRoomId, seqOf(row), version, 'deleted')
  return { type: 'message.deleted', detail: { ...of, event } }
}

async function memberEvents(change: Changed, removed: boolean): Promise<BusEvent[]> {
  const {
    chatRoomId,
    userId,
    role,
    joinId,
    joinedAt,
    mutedUntil,
    changes = 0,
    changedAt,
  } = readMembership(change.image)
  const { old, recordedAt } = change
  if (removed) {
    const endedAt = await endOfMembership({ chatRoomId, joinId })
    const at = notBefore(endedAt ?? recordedAt, joinedAt, changedAt)
    const event = { event: 'memberLeft', chatRoomId, userId, timestamp: at } as const
    return [{ type: 'member.left', detail: { ...common(at, chatRoomId, joinId, 'left'), event } }]
  }
  if (old === undefined) {
    const event = { event: 'memberJoined', chatRoomId, userId, timestamp: joinedAt } as const
    return [{ type: 'member.joined', detail: { ...common(joinedAt, chatRoomId, joinId, 'joined'), event } }]
  }
  if (!isRaised(change)) return []
  const shown = { role: shownRole(chatRoomId, role), ...defined({ mutedUntil }), version: changes }
  const event = { event: 'memberUpdated', chatRoomId, userId, ...shown } as const
  const at = notBefore(changedAt ?? recordedAt, joinedAt, numberIn(old, 'ChangedAt'))
  return [{ type: 'member.updated', detail: { ...common(at, chatRoomId, joinId, changes), event } }]
}

async function roomCreated({ image }: Changed): Promise<BusEvent[]> {
  const room = await roomNow(image)
  if (room === undefined) return []
  return [{ type: 'room.created', detail: { ...common(room.createdAt, room.chatRoomId, 'room', 'created'), room } }]
}

async function roomUpdated({ image, old, recordedAt }: Changed): Promise<BusEvent[]> {
  const room = await roomNow(image)
  if (room === undefined) return []
  const { chatRoomId, createdAt } = room
  const at = notBefore(numberIn(image, 'ChangedAt') ?? recordedAt, createdAt, numberIn(old, 'ChangedAt'))
  const event = { event: 'roomUpdated', chatRoomId, room } as const
  return [{ type: 'room.updated', detail: { ...common(at, chatRoomId, 'room', versionOf(image)), event } }]
}

async function roomNow(image: Image) {
  const chatRoomId = image.ChatRoomId?.S
  if (chatRoomId === undefined) throw new Error('unable to read the record; the room has no key')
  const found = await roomWithDetails(chatRoomId)
  return found && detailsOnWire(found.room, found.details, await memberCountOf(found.room, found.details))
}

function auditEvents(image: Image): BusEvent[] {
  const { chatRoomId, entryId, action, by, at, messageId, reason } = readAudit(image)
  const of = common(at, chatRoomId, entryId, action)
  if (action === 'deleteRoom') return [{ type: 'room.deleted', detail: { ...of, by } }]
  if (action !== 'report' || messageId === undefined) return []
  return [{ type: 'message.reported', detail: { ...of, messageId, by, ...defined({ reason }) } }]
}

/** The id that replaces an erased user has a row of its own, but without `ErasedAs`, so it causes no event. */
function userEvents({ image, old }: Changed): BusEvent[] {
  const [userId, erasedAt] = [image.UserId?.S, image.ErasedAt?.N]
  if (userId === undefined) throw new Error('unable to read the record; the user has no key')
  if (erasedAt === undefined || image.ErasedAs === undefined || erasedAt === old?.ErasedAt?.N) return []
  const id = `user#${encodeURIComponent(userId)}#erased#${erasedAt}`
  return [{ type: 'user.erased', detail: { version: 1, id, at: Number(erasedAt), userId } }]
}

/** Returns the fields that all events of a room have. The id is ASCII, because a webhook sends it in a header. */
const common = (at: number, chatRoomId: string, ...parts: (string | number)[]) => ({
  version: 1 as const,
  id: [chatRoomId, ...parts].join('#'),
  at,
  chatRoomId,
})
