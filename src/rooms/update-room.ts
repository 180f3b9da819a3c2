import { isDeepStrictEqual } from 'node:util'
import type { AuditRow } from '../entities/audit.ts'
import { changeRoom, type PinMark, type RoomChange } from '../entities/change-room.ts'
import { getRoom, type RoomRow } from '../entities/chat-room.ts'
import { type DetailsRow, getDetails, listingOf } from '../entities/chat-room-details.ts'
import { gateOf, gateText } from '../entities/gate.ts'
import { jobItem } from '../entities/job.ts'
import { getMessage } from '../entities/message.ts'
import { pauseAfterConflict } from '../entities/past-conflicts.ts'
import { Conflict, LimitReached, MessageNotFound, Unavailable } from '../errors.ts'
import { MAX_PINS } from '../protocol/limits.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import type { ChosenAccess, Settings } from '../protocol/room-schema.ts'
import { stranger } from './admission.ts'
import { accessOfRoom, storedAccess } from './room-view.ts'

/** What to change in a room. What is left out stays, and null removes a value. */
export interface RoomUpdate {
  roomName?: string
  topic?: string | null
  imageUrl?: string | null
  access?: ChosenAccess
  settings?: Partial<{ [K in keyof Settings]: Settings[K] | undefined }>
  metadata?: Record<string, unknown>
  closed?: boolean
  deleted?: true
  /** Whether a backend asks for it: it may keep messages longer than the deployment does. */
  byServer?: boolean
  /** The number of members of a new room. */
  memberCount?: number
}

/** Attempts to change a room. Each change by others in between costs one. */
const ATTEMPTS = 8

/** Checks the caller's right again, before every attempt but the first. Throws if they have lost it. */
type AllowAgain = () => Promise<unknown>

/** Lets those who change the room at the same time go first, each after another pause. */
async function beforeAttempt(attempt: number, allowAgain: AllowAgain | undefined): Promise<void> {
  if (attempt === 0) return
  // With at most 160 ms for each pause, all attempts end within the time of a request.
  await pauseAfterConflict(Math.min(attempt, 3))
  await allowAgain?.()
}

/**
 * Changes a room, whatever others change at the same time. If nothing is different, nothing is written, and no audit
 * entry either. A deletion adds a job of the janitor. AP5, AP50, AP51.
 *
 * @param ifVersion the version of the details that the caller has seen
 * @throws Conflict when the details have another version than `ifVersion`
 * @throws Unavailable when others have changed the room before each attempt
 * @throws NotAMember when the room was deleted meanwhile
 */
export async function updateRoom(
  chatRoomId: string,
  update: RoomUpdate,
  audit: AuditRow,
  allowAgain: AllowAgain,
  ifVersion?: number,
): Promise<{ room: RoomRow; details: DetailsRow | undefined }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await beforeAttempt(attempt, allowAgain)
    const { room, details: before } = await latest(chatRoomId)
    const at = changedAtOf(room, before, audit.at)
    if (ifVersion !== undefined && ifVersion !== (before?.changes ?? 0)) {
      throw new Conflict('unable to change the room; others have changed it meanwhile')
    }
    const changed = present({ ...room, ...roomChange(room, update) })
    const details = detailsOf(changed, before, update, at)
    const isSame = roomColumns.every((name) => changed[name] === room[name])
    if (isSame && isDeepStrictEqual(details, detailsOf(room, before, {}, at))) {
      return { room, details: before }
    }
    const job = update.deleted ? jobItem('purgeRoom', { chatRoomId: room.chatRoomId }, audit.at) : undefined
    const written = isSame ? undefined : { ...pick(changed), ...(update.deleted && { deletedAt: at }) }
    if (await changeRoom(details, written, audit, { job })) return { room: changed, details }
  }
  throw new Unavailable('unable to change the room; others change it all the time')
}

/**
 * Changes a room's pins, and whether the message is marked as pinned. AP5, AP21, AP50, AP51.
 *
 * @param next returns the new pins, the newest first; if it returns as many as before, nothing is written
 * @param by `at`: epoch milliseconds; `audit`: the audit entry, if there is one
 * @param allowAgain undefined if no caller has asked for it
 * @param mark the message's new mark, which is written if the message still exists
 * @throws LimitReached when there are too many pins
 * @throws Unavailable when others have changed the room before each attempt
 * @throws MessageNotFound when the message that is to be pinned is gone
 */
export async function updatePins(
  chatRoomId: string,
  next: (pins: string[]) => string[],
  { at, audit }: { at: number; audit?: AuditRow },
  allowAgain: AllowAgain | undefined,
  mark?: PinMark,
): Promise<string[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await beforeAttempt(attempt, allowAgain)
    const [{ room, details: before }, message] = await Promise.all([
      latest(chatRoomId),
      mark && getMessage(chatRoomId, mark.messageId),
    ])
    const old = before?.pins ?? []
    const pins = next(old)
    if (pins.length === old.length) return old
    if (pins.length > MAX_PINS) throw new LimitReached(`unable to pin the message; ${MAX_PINS} are pinned already`)
    if (mark?.pinned && message === undefined) throw new MessageNotFound('unable to pin the message; there is none')
    const details = { ...detailsOf(room, before, {}, changedAtOf(room, before, at)), pins }
    if (await changeRoom(details, undefined, audit, { mark: message && mark })) return pins
  }
  throw new Unavailable('unable to change the pins; others change the room all the time')
}

/**
 * Reads a room and its details, for a change. The details are read first. Every change raises their version, and the
 * write requires that version, so it never undoes what somebody has changed in the room in between.
 */
async function latest(chatRoomId: string): Promise<{ room: RoomRow; details: DetailsRow | undefined }> {
  const details = await getDetails(chatRoomId)
  const room = await getRoom(chatRoomId)
  if (room === undefined || gateOf(room).deleted) throw stranger()
  return { room, details }
}

/** Removes a message that is gone from the pins, if it is one. `now` is in epoch milliseconds. AP5, AP50, AP51. */
export async function unpin(chatRoomId: string, messageId: string, now: number): Promise<void> {
  const details = await getDetails(chatRoomId)
  if (!details?.pins?.includes(messageId) || (await getRoom(chatRoomId)) === undefined) return
  await updatePins(chatRoomId, (pins) => pins.filter((pin) => pin !== messageId), { at: now }, undefined)
}

const roomColumns = ['roomName', 'access', 'gate', 'historyFrom', 'retentionDays', 'retentionByServer'] as const

const pick = (room: RoomRow): RoomChange =>
  Object.fromEntries(roomColumns.map((name) => [name, room[name]])) as unknown as RoomChange

function roomChange(room: RoomRow, { roomName, access, settings = {}, closed, deleted, byServer }: RoomUpdate) {
  const old = gateOf(room)
  const gate = gateText({
    closed: closed ?? old.closed,
    deleted: deleted ?? old.deleted,
    moderatorsOnly: settings.post === undefined ? old.moderatorsOnly : settings.post === 'moderator',
    slowModeSeconds: settings.slowModeSeconds ?? old.slowModeSeconds,
  })
  const history = settings.history === undefined ? room.historyFrom : settings.history === 'joined' ? 'j' : undefined
  return {
    roomName: roomName ?? room.roomName,
    access: access === undefined ? room.access : storedAccess(access),
    gate,
    historyFrom: history,
    ...retentionIn(room, settings.retentionDays, byServer),
  } as Pick<RoomRow, (typeof roomColumns)[number]>
}

function retentionIn(room: RoomRow, chosen: number | null | undefined, byServer = false) {
  const { retentionDays, retentionByServer } = room
  if (chosen === undefined) return { retentionDays, retentionByServer }
  return { retentionDays: chosen ?? undefined, retentionByServer: (byServer && chosen !== null) || undefined }
}

/** Returns when a change is made: no earlier than what was before it. The clocks of two functions may differ. */
const changedAtOf = ({ createdAt }: RoomRow, before: DetailsRow | undefined, now: number): number =>
  Math.max(now, before?.changedAt ?? createdAt)

/**
 * Returns a room's new details. The settings that decide sends and reads are in the room; the details have them too,
 * for replies.
 */
function detailsOf(room: RoomRow, before: DetailsRow | undefined, update: RoomUpdate, at: number): DetailsRow {
  const { chatRoomId, roomName } = room
  const kept = before ?? { chatRoomId, changes: 0 }
  const chosen = { ...(JSON.parse(kept.settings ?? '{}') as object), ...update.settings }
  const isPublic = accessOfRoom(room) === 'public' && !gateOf(room).deleted && !isDirectRoomId(chatRoomId)
  const { topic, imageUrl, pins, memberCount } = kept
  return clean({
    chatRoomId,
    changes: kept.changes + 1,
    changedAt: at,
    topic: update.topic === undefined ? topic : update.topic,
    imageUrl: update.imageUrl === undefined ? imageUrl : update.imageUrl,
    settings: JSON.stringify(chosen),
    metadata: update.metadata === undefined ? kept.metadata : JSON.stringify(update.metadata),
    pins,
    memberCount: update.memberCount ?? memberCount,
    ...listingOf({ chatRoomId, roomName, isPublic }),
  })
}

/** Returns the row without attributes that are undefined or null. */
const clean = (row: { [K in keyof DetailsRow]: DetailsRow[K] | null | undefined }): DetailsRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined && value !== null)) as DetailsRow

/**
 * Returns a room that is about to be created, and its details. They are undefined if there is nothing to put in them.
 */
export function newRoomOf(room: RoomRow, update: RoomUpdate): { room: RoomRow; details: DetailsRow | undefined } {
  const made = present({ ...room, ...roomChange(room, update) })
  const isPlain = update.topic === undefined && update.settings === undefined && update.metadata === undefined
  const details =
    isPlain && update.access !== 'public'
      ? undefined
      : { ...detailsOf(made, undefined, update, made.createdAt), changes: 0 }
  return { room: made, details }
}

const present = (room: { [K in keyof RoomRow]: RoomRow[K] | undefined }): RoomRow =>
  Object.fromEntries(Object.entries(room).filter(([, value]) => value !== undefined)) as unknown as RoomRow
