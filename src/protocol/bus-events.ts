import * as z from 'zod/mini'
import { changeEvents } from './change-events.ts'
import { FileInfo, MemberJoinedEvent, MemberLeftEvent, MessageEvent } from './events.ts'
import { describe } from './request-schema.ts'
import { RoomDetails } from './room-schema.ts'
import { ChatRoomId, EpochMs, MessageId, UserId } from './scalars.ts'

/**
 * The version of all event details on the bus. Within a version fields may be added, but none is renamed or removed.
 */
const BUS_VERSION = 1

const envelope = {
  version: z.literal(BUS_VERSION).check(describe('Of the shape of this detail.')),
  id: z.string().check(describe('The same each time when this is told again: keep it, and drop the repeats.')),
  at: EpochMs.check(describe('When it happened.')),
}

const inRoom = { ...envelope, chatRoomId: ChatRoomId }

/** Returns an object schema without some fields. `z.omit` refuses schemas with checks, and these have descriptions. */
const without = <S extends z.core.$ZodShape, K extends keyof S & string>({ shape }: { shape: S }, ...names: K[]) =>
  z.object(
    Object.fromEntries(Object.entries(shape).filter(([name]) => !names.includes(name as K))) as unknown as Omit<S, K>,
  )

/** Without the signed URLs, which would expire before the last retry. `getFileUrl` signs a new one. */
const File = without(FileInfo, 'fileUrl', 'fileUrlExpiresAt', 'thumbnailUrl')

const Message = z.extend(without(MessageEvent, 'file', 'mine', 'deleted'), { file: z.optional(File) })

const Reason = z
  .enum(['message', 'mention', 'thread'])
  .check(describe('Why: they want all messages; it mentions them, or the room; they follow its thread.'))

/** The events on the bus, by `detail-type`. `docs/bus.schema.json` is generated from them. */
export const busEvents = {
  'message.sent': z
    .object({ ...inRoom, event: Message })
    .check(describe('A message was written. A file is told without a URL.')),
  'message.edited': z
    .object({
      ...inRoom,
      event: z.extend(without(changeEvents.messageUpdated, 'rev'), { message: Message }),
    })
    .check(describe('The content of a message is another one: this is all of it.')),
  'message.deleted': z
    .object({ ...inRoom, event: without(changeEvents.messageDeleted, 'rev') })
    .check(describe('A message is gone.')),
  'message.reported': z
    .object({
      ...inRoom,
      messageId: MessageId,
      by: UserId,
      reason: z.optional(z.string()),
    })
    .check(describe('A member has told the moderators of a message.')),
  'member.joined': z
    .object({ ...inRoom, event: MemberJoinedEvent })
    .check(describe('A user is in a room: they joined, were added, or the room was made with them.')),
  'member.left': z
    .object({ ...inRoom, event: MemberLeftEvent })
    .check(describe('A user is in a room no more: they left, were shown out, or the room was deleted.')),
  'member.updated': z
    .object({ ...inRoom, event: without(changeEvents.memberUpdated, 'rev') })
    .check(describe('A member has another role, was muted or may write again.')),
  'room.created': z.object({ ...inRoom, room: RoomDetails }).check(describe('There is a room.')),
  'room.updated': z
    .object({ ...inRoom, event: without(changeEvents.roomUpdated, 'rev') })
    .check(describe('Name, topic, access, settings or pins of a room were changed, or it was closed.')),
  'room.deleted': z.object({ ...inRoom, by: UserId }).check(describe('A room is deleted, with all that it has.')),
  'user.erased': z
    .object({ ...envelope, userId: UserId })
    .check(describe('A user is erased: drop what you have of them.')),
  'push.wanted': z
    .object({
      ...inRoom,
      messageId: MessageId,
      senderId: UserId,
      kind: z.enum(['text', 'broadcast', 'file']),
      reason: Reason,
      preview: z.optional(z.string().check(describe('The first 100 characters, where the deployment allows it.'))),
      userIds: z.array(UserId).check(describe('Whom to wake, at most 500; there may be several such events.')),
    })
    .check(describe('Some users are to be woken for a message: they want it, and are not looking at the room.')),
} as const

export type BusEventType = keyof typeof busEvents

/** An event on the bus: its `detail-type` and its detail. */
export type BusEvent = { [T in BusEventType]: { type: T; detail: z.infer<(typeof busEvents)[T]> } }[BusEventType]

/** The EventBridge `source` of all bus events. */
export const BUS_SOURCE = 'tabletalk'
