import { isDeepStrictEqual } from 'node:util'
import type { AuditRow } from '../entities/audit.ts'
import { changeRoom, type PinMark, type RoomChange } from '../entities/change-room.ts'
import { getRoom, type RoomRow } from '../entities/chat-room.ts'
import { type DetailsRow, getDetails, listingOf } from '../entities/chat-room-details.ts'
import { gateOf, gateText } from '../entities/gate.ts'
import { jobItem } from '../entities/job.ts'
import { getMessage } from '../entities/message.ts'
import { Conflict, LimitReached, MessageNotFound } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import { MAX_PINS } from '../protocol/limits.ts'
import { isDirectRoomId } from '../protocol/room-id.ts'
import type { ChosenAccess, Settings } from '../protocol/room-schema.ts'
import { stranger } from './admission.ts'
import { accessOfRoom, storedAccess } from './room-view.ts'

/** What is to be changed; null takes something away. */
export interface RoomUpdate {
  roomName?: string
  topic?: string | null
  imageUrl?: string | null
  access?: ChosenAccess
  settings?: Partial<{ [K in keyof Settings]: Settings[K] | undefined }>
  metadata?: Record<string, unknown>
  closed?: boolean
  deleted?: true
  /** Whether a backend says so: it may keep what is said longer than the deployment does. */
  byServer?: boolean
  /** As it was counted just now: by itself it is no change. */
  memberCount?: number
}

/** Two who change a room at once: the second goes on from what the first has written. */
const ATTEMPTS = 4

/**
 * Changes a room, whatever others change in it at the same time. What is so already is neither written nor noted. One
 * that is deleted becomes a job of the janitor. AP5, AP50, AP51.
 *
 * @param ifVersion of the details that were seen
 * @throws Conflict when the details are of another version, or were changed four times in between
 * @throws NotAMember when the room was deleted meanwhile
 */
export async function updateRoom(
  chatRoomId: string,
  update: RoomUpdate,
  audit: AuditRow,
  ifVersion?: number,
): Promise<{ room: RoomRow; details: DetailsRow | undefined }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { room, details: before } = await latest(chatRoomId)
    if (ifVersion !== undefined && ifVersion !== (before?.changes ?? 0)) break
    const changed = present({ ...room, ...roomChange(room, update) })
    const details = detailsOf(changed, before, update)
    const isSame = roomColumns.every((name) => changed[name] === room[name])
    const { memberCount } = update
    if (isSame && isDeepStrictEqual(details, detailsOf(room, before, defined({ memberCount })))) {
      return { room, details: before }
    }
    const job = update.deleted ? jobItem('purgeRoom', { chatRoomId: room.chatRoomId }, audit.at) : undefined
    if (await changeRoom(details, isSame ? undefined : pick(changed), audit, { job })) return { room: changed, details }
  }
  throw new Conflict('unable to change the room; others have changed it meanwhile')
}

/**
 * Changes a room's pins, and what the message says of its own. AP5, AP21, AP50, AP51.
 *
 * @param next returns the pins from now on, the newest first; the same array when nothing changes
 * @param mark what the message says from now on, while it is there
 * @throws LimitReached when they are too many
 * @throws MessageNotFound when what is to be pinned is gone
 */
export async function updatePins(
  chatRoomId: string,
  next: (pins: string[]) => string[],
  audit: AuditRow | undefined,
  mark?: PinMark,
): Promise<string[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [{ room, details: before }, message] = await Promise.all([
      latest(chatRoomId),
      mark && getMessage(chatRoomId, mark.messageId),
    ])
    const old = before?.pins ?? []
    const pins = next(old)
    if (pins.length === old.length) return old
    if (pins.length > MAX_PINS) throw new LimitReached(`unable to pin the message; ${MAX_PINS} are pinned already`)
    if (mark?.pinned && message === undefined) throw new MessageNotFound('unable to pin the message; there is none')
    const details = { ...detailsOf(room, before, {}), pins }
    if (await changeRoom(details, undefined, audit, { mark: message && mark })) return pins
  }
  throw new Conflict('unable to change the pins; others have changed the room meanwhile')
}

/**
 * A room and its details to go on from. The details are read first: every change raises their version, so a write on
 * condition of that version never takes back what somebody has changed in the room in between.
 */
async function latest(chatRoomId: string): Promise<{ room: RoomRow; details: DetailsRow | undefined }> {
  const details = await getDetails(chatRoomId)
  const room = await getRoom(chatRoomId)
  if (room === undefined || gateOf(room).deleted) throw stranger()
  return { room, details }
}

/** Takes a message that is gone off the pins, if it is there. AP5, AP50, AP51. */
export async function unpin(chatRoomId: string, messageId: string): Promise<void> {
  const details = await getDetails(chatRoomId)
  if (!details?.pins?.includes(messageId) || (await getRoom(chatRoomId)) === undefined) return
  await updatePins(chatRoomId, (pins) => pins.filter((pin) => pin !== messageId), undefined)
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

/** The details from now on. What decides sends and reads is in the room, and here as well for those who show it. */
function detailsOf(room: RoomRow, before: DetailsRow | undefined, update: RoomUpdate): DetailsRow {
  const { chatRoomId, roomName } = room
  const kept = before ?? { chatRoomId, changes: 0 }
  const chosen = { ...(JSON.parse(kept.settings ?? '{}') as object), ...update.settings }
  const isPublic = accessOfRoom(room) === 'public' && !gateOf(room).deleted && !isDirectRoomId(chatRoomId)
  const { topic, imageUrl, pins, memberCount } = kept
  return clean({
    chatRoomId,
    changes: kept.changes + 1,
    topic: update.topic === undefined ? topic : update.topic,
    imageUrl: update.imageUrl === undefined ? imageUrl : update.imageUrl,
    settings: JSON.stringify(chosen),
    metadata: update.metadata === undefined ? kept.metadata : JSON.stringify(update.metadata),
    pins,
    memberCount: update.memberCount ?? memberCount,
    ...listingOf({ chatRoomId, roomName, isPublic }),
  })
}

/** Without what is undefined or was taken away. */
const clean = (row: { [K in keyof DetailsRow]: DetailsRow[K] | null | undefined }): DetailsRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined && value !== null)) as DetailsRow

/** A room that is about to be made. Its details are left out while they would have nothing of their own. */
export function newRoomOf(room: RoomRow, update: RoomUpdate): { room: RoomRow; details: DetailsRow | undefined } {
  const made = present({ ...room, ...roomChange(room, update) })
  const isPlain = update.topic === undefined && update.settings === undefined && update.metadata === undefined
  const details =
    isPlain && update.access !== 'public' ? undefined : { ...detailsOf(made, undefined, update), changes: 0 }
  return { room: made, details }
}

const present = (room: { [K in keyof RoomRow]: RoomRow[K] | undefined }): RoomRow =>
  Object.fromEntries(Object.entries(room).filter(([, value]) => value !== undefined)) as unknown as RoomRow
