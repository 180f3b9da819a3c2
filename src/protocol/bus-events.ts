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
  version: z.literal(BUS_VERSION).check(describe("The version of this detail's shape.")),
  id: z.string().check(describe('The same each time this event is sent: remember it, and drop repeats.')),
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
  .check(
    describe(
      'Why: the users want all messages (`message`), are mentioned or the room is (`mention`), or ' +
        'follow the thread (`thread`).',
    ),
  )

/** The events on the bus, by `detail-type`. `docs/bus.schema.json` is generated from them. */
export const busEvents = {
  'message.sent': z
    .object({ ...inRoom, event: Message })
    .check(describe('A message was written. Its `file` has no URL.')),
  'message.edited': z
    .object({
      ...inRoom,
      event: z.extend(without(changeEvents.messageUpdated, 'rev'), { message: Message }),
    })
    .check(describe('The content of a message was changed. The event has the whole message as it is now.')),
  'message.deleted': z
    .object({ ...inRoom, event: without(changeEvents.messageDeleted, 'rev') })
    .check(describe('A message was deleted.')),
  'message.reported': z
    .object({
      ...inRoom,
      messageId: MessageId,
      by: UserId,
      reason: z.optional(z.string()),
    })
    .check(describe('A member has reported a message to the moderators.')),
  'member.joined': z
    .object({ ...inRoom, event: MemberJoinedEvent })
    .check(describe('A user became a member of a room: they joined, were added, or the room was created with them.')),
  'member.left': z
    .object({ ...inRoom, event: MemberLeftEvent })
    .check(describe('A user is no longer a member of a room: they left, were removed, or the room was deleted.')),
  'member.updated': z
    .object({ ...inRoom, event: without(changeEvents.memberUpdated, 'rev') })
    .check(describe('A member has another role, was muted, or may write again.')),
  'room.created': z.object({ ...inRoom, room: RoomDetails }).check(describe('A room was created.')),
  'room.updated': z
    .object({ ...inRoom, event: without(changeEvents.roomUpdated, 'rev') })
    .check(describe('Name, topic, access, settings or pins of a room were changed, or it was closed.')),
  'room.deleted': z.object({ ...inRoom, by: UserId }).check(describe('A room was deleted, with everything in it.')),
  'user.erased': z
    .object({ ...envelope, userId: UserId })
    .check(describe('A user was erased: delete what you have of them.')),
  'push.wanted': z
    .object({
      ...inRoom,
      messageId: MessageId,
      senderId: UserId,
      kind: z.enum(['text', 'broadcast', 'file']),
      reason: Reason,
      preview: z.optional(z.string().check(describe('The first 100 characters, if the deployment allows it.'))),
      userIds: z
        .array(UserId)
        .check(describe('The users to wake, at most 500. There may be several such events for one message.')),
    })
    .check(describe('Some users should be woken for a message: they want it, and are not looking at the room.')),
} as const

export type BusEventType = keyof typeof busEvents

/** An event on the bus: its `detail-type` and its detail. */
export type BusEvent = { [T in BusEventType]: { type: T; detail: z.infer<(typeof busEvents)[T]> } }[BusEventType]

/** The EventBridge `source` of all bus events. */
export const BUS_SOURCE = 'tabletalk'
