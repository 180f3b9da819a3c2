import * as z from 'zod/mini'
import { changeEvents } from './change-events.ts'
import { MessageEvent } from './message-event.ts'
import { NotifyLevel, Until } from './notification-actions.ts'
import { presenceEvents } from './presence-events.ts'
import { Access, Role } from './room-schema.ts'
import { ChatRoomId, ClientMessageId, EpochMs, MessageId, Rev, RoomName, Seq, UploadId, UserId } from './scalars.ts'

export { FileInfo, MessageEvent } from './message-event.ts'

const TypingEvent = z
  .object({
    event: z.literal('typing'),
    chatRoomId: ChatRoomId,
    userId: UserId,
    isTyping: z.boolean(),
    expiresAt: EpochMs,
  })
  .check(
    z.meta({ description: "A user is typing, until `expiresAt`. The typing user's own connections don't receive it." }),
  )

export const MemberJoinedEvent = z
  .object({ event: z.literal('memberJoined'), chatRoomId: ChatRoomId, userId: UserId, timestamp: EpochMs })
  .check(z.meta({ description: 'A user became a member of the room.' }))

export const MemberLeftEvent = z
  .object({ event: z.literal('memberLeft'), chatRoomId: ChatRoomId, userId: UserId, timestamp: EpochMs })
  .check(z.meta({ description: 'A user is no longer a member of the room.' }))

const RoomAddedEvent = z
  .object({
    event: z.literal('roomAdded'),
    chatRoomId: ChatRoomId,
    roomName: RoomName,
    headSeq: Seq,
    headRev: z.optional(Rev.check(z.meta({ description: 'Absent if nothing has changed yet.' }))),
    access: z.optional(Access),
    role: z.optional(Role),
    by: z.optional(
      UserId.check(z.meta({ description: 'The user who added this one; absent if they joined themselves.' })),
    ),
  })
  .check(
    z.meta({
      description:
        'Another connection or user made this user a member of a room. This connection is already subscribed.',
    }),
  )

const RemovedEvent = z
  .object({
    event: z.literal('removed'),
    chatRoomId: ChatRoomId,
    reason: z.enum(['kicked', 'banned', 'roomDeleted', 'blocked', 'erased']),
    note: z.optional(z.string().check(z.meta({ description: 'The reason that was given.' }))),
    until: z.optional(EpochMs.check(z.meta({ description: 'The end of a ban; absent if the ban is permanent.' }))),
  })
  .check(
    z.meta({
      description:
        'Sent only to the user concerned: they are no longer in the room. Drop later events of the room, ' +
        'until `roomAdded` or a join.',
    }),
  )

const GoodbyeEvent = z
  .object({
    event: z.literal('goodbye'),
    reason: z.optional(
      z.string().check(
        z.meta({
          description:
            'The reason that the backend gave; `blocked` after `banUser` and `eraseUser`: then the user cannot ' +
            'connect again.',
        }),
      ),
    ),
  })
  .check(
    z.meta({
      description:
        'The last event of a connection that a backend closes. It belongs to no room, and the connection ' +
        'is closed right after it.',
    }),
  )

export const UploadFailure = z.enum(['size_mismatch', 'type_mismatch', 'not_a_member', 'not_allowed', 'conflict'])

export const UploadFailedEvent = z
  .object({
    event: z.literal('uploadFailed'),
    chatRoomId: ChatRoomId,
    uploadId: UploadId,
    reason: UploadFailure,
    clientMessageId: z.optional(ClientMessageId),
  })
  .check(
    z.meta({
      description:
        "Sent only to the uploader: the file isn't what was declared, or may no longer be sent, and has " +
        'been deleted. It is not sent to an uploader who is no longer in the room.',
    }),
  )

const ReadEvent = z
  .object({
    event: z.literal('read'),
    chatRoomId: ChatRoomId,
    threadId: z.optional(
      MessageId.check(z.meta({ description: 'The root of the thread; absent for the room itself.' })),
    ),
    seq: Seq.check(z.meta({ description: 'The `seq` up to which the user has read. It may be beyond the head.' })),
    at: EpochMs.check(
      z.meta({
        description: 'When this was marked; of two events, the later one holds. 0 if nothing has been marked yet.',
      }),
    ),
    level: z.optional(NotifyLevel.check(z.meta({ description: 'Present if the notification level has changed.' }))),
    until: z.optional(Until),
    levelAt: z.optional(
      EpochMs.check(
        z.meta({ description: 'When `level` was changed; of two events with a `level`, the later one holds.' }),
      ),
    ),
  })
  .check(
    z.meta({
      description:
        "Sent only to the user's other connections: they have read up to `seq`, have marked what follows " +
        'it as unread, or have changed for which messages they want to be woken.',
    }),
  )

const ReceiptsEvent = z
  .object({
    event: z.literal('receipts'),
    chatRoomId: ChatRoomId,
    receipts: z.record(UserId, Seq),
  })
  .check(
    z.meta({
      description:
        'Sent to the senders of the messages that were read, in rooms of at most 100 connected users: how ' +
        'far others have read. Of two values for one user, the greater holds.',
    }),
  )

const ChangesSkippedEvent = z
  .object({
    event: z.literal('changesSkipped'),
    chatRoomId: ChatRoomId,
    rev: Rev.check(
      z.meta({
        description:
          'The last `rev` that was skipped. Request the changes with `getChanges` when the user looks at ' +
          'the room.',
      }),
    ),
  })
  .check(
    z.meta({
      description:
        'Posted instead of changes that are too many for a huge room, or of changes to messages that not every ' +
        'member may see.',
    }),
  )

/** The schemas of all events, by name. `docs/protocol.md` is generated from them. */
export const events = {
  message: MessageEvent,
  typing: TypingEvent,
  memberJoined: MemberJoinedEvent,
  memberLeft: MemberLeftEvent,
  roomAdded: RoomAddedEvent,
  removed: RemovedEvent,
  uploadFailed: UploadFailedEvent,
  goodbye: GoodbyeEvent,
  ...changeEvents,
  changesSkipped: ChangesSkippedEvent,
  read: ReadEvent,
  receipts: ReceiptsEvent,
  ...presenceEvents,
} as const

/** Any event that the server posts. */
export const ChatEvent = z.discriminatedUnion('event', [
  MessageEvent,
  TypingEvent,
  MemberJoinedEvent,
  MemberLeftEvent,
  RoomAddedEvent,
  RemovedEvent,
  UploadFailedEvent,
  GoodbyeEvent,
  ...Object.values(changeEvents),
  ChangesSkippedEvent,
  ReadEvent,
  ReceiptsEvent,
  ...Object.values(presenceEvents),
])

export type MemberJoinedEvent = z.infer<typeof MemberJoinedEvent>
export type MemberLeftEvent = z.infer<typeof MemberLeftEvent>
export type RemovedEvent = z.infer<typeof RemovedEvent>
export type UploadFailedEvent = z.infer<typeof UploadFailedEvent>
export type ReadEvent = z.infer<typeof ReadEvent>
export type ReceiptsEvent = z.infer<typeof ReceiptsEvent>
export type UploadFailure = z.infer<typeof UploadFailure>
type GoodbyeEvent = z.infer<typeof GoodbyeEvent>
export type ChangesSkippedEvent = z.infer<typeof ChangesSkippedEvent>
export type ChatEvent = z.infer<typeof ChatEvent>
/** An event that belongs to a room: every event except `goodbye`. */
export type RoomEvent = Exclude<ChatEvent, GoodbyeEvent>
