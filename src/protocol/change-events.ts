import * as z from 'zod/mini'
import { MessageEvent } from './message-event.ts'
import { Role, RoomDetails } from './room-schema.ts'
import { ChatRoomId, EpochMs, MessageId, Rev, Seq, UserId, Version } from './scalars.ts'

const changed = { chatRoomId: ChatRoomId, rev: Rev }

const MessageUpdatedEvent = z
  .object({ event: z.literal('messageUpdated'), ...changed, message: MessageEvent })
  .check(z.meta({ description: 'A message was changed. `message` is all of it, as it is now.' }))

const MessageDeletedEvent = z
  .object({
    event: z.literal('messageDeleted'),
    ...changed,
    seq: Seq,
    messageId: MessageId,
    version: Version,
    deletedAt: EpochMs,
    deletedBy: UserId,
    threadId: z.optional(MessageId),
  })
  .check(z.meta({ description: 'A message was deleted, with its content and its file.' }))

const RoomUpdatedEvent = z
  .object({ event: z.literal('roomUpdated'), ...changed, room: RoomDetails })
  .check(z.meta({ description: 'Name, topic, access, settings or pins of a room were changed, or it was closed.' }))

const MemberUpdatedEvent = z
  .object({
    event: z.literal('memberUpdated'),
    ...changed,
    userId: UserId,
    role: Role,
    mutedUntil: z.optional(EpochMs),
    version: Version.check(
      z.meta({ description: 'How often this membership was changed; the higher version is newer.' }),
    ),
  })
  .check(z.meta({ description: 'A member has another role, was muted, or may write again.' }))

const HistoryClearedEvent = z
  .object({ event: z.literal('historyCleared'), ...changed, before: Seq.check(z.meta({ description: 'Exclusive.' })) })
  .check(z.meta({ description: 'The messages before a `seq` were deleted.' }))

const UserErasedEvent = z
  .object({ event: z.literal('userErased'), ...changed, userId: UserId })
  .check(z.meta({ description: 'A user was erased: delete what you have of them.' }))

/** The events of a room's change log. Each has its number in that log. */
export const changeEvents = {
  messageUpdated: MessageUpdatedEvent,
  messageDeleted: MessageDeletedEvent,
  roomUpdated: RoomUpdatedEvent,
  memberUpdated: MemberUpdatedEvent,
  historyCleared: HistoryClearedEvent,
  userErased: UserErasedEvent,
} as const

/** Any change event: as it is posted, and as `sync`, `joinRoom` and `getChanges` recover it. */
export const ChangeEvent = z.discriminatedUnion('event', [
  MessageUpdatedEvent,
  MessageDeletedEvent,
  RoomUpdatedEvent,
  MemberUpdatedEvent,
  HistoryClearedEvent,
  UserErasedEvent,
])

export type ChangeEvent = z.infer<typeof ChangeEvent>
