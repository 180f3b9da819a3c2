import * as z from 'zod/mini'
import { changeGap, Include, messageActions } from './message-actions.ts'
import { moderationActions } from './moderation-actions.ts'
import { presenceActions } from './presence-actions.ts'
import { profileActions } from './profile-actions.ts'
import { notificationActions, notified } from './notification-actions.ts'
import { readActions } from './read-actions.ts'
import { describe, envelope, request } from './request-schema.ts'
import { reactionActions } from './reaction-actions.ts'
import { searchActions } from './search-actions.ts'
import { threadActions } from './thread-actions.ts'
import { Refused, roomActions } from './room-actions.ts'
import { isDirectRoomId } from './room-id.ts'
import { Access, ChosenAccess, Invite, Metadata, Role, RoomDetails, SomeSettings, Topic } from './room-schema.ts'
import { inRoomNeedsThread, sendFields } from './send-fields.ts'
import { Limits } from './announced-limits.ts'
import { MessageEvent } from './message-event.ts'
import {
  DEFAULT_HISTORY_PAGE,
  DEFAULT_ROOMS_PAGE,
  MAX_CREATE_ROOM_MEMBERS,
  MAX_HISTORY_PAGE,
  MAX_ROOMS_PAGE,
  MAX_SYNC_ONLY,
  MAX_SYNC_ROOMS,
} from './limits.ts'
import {
  Caption,
  ChatRoomId,
  ClientMessageId,
  Content,
  ContentEncoding,
  ContentType,
  Cursor,
  EpochMs,
  FileName,
  MessageId,
  Rev,
  RoomName,
  Seq,
  SessionId,
  Pixels,
  Thumbhash,
  UploadId,
  UserId,
} from './scalars.ts'

const OwnRoomId = ChatRoomId.check(
  z.refine<string>((id) => !isDirectRoomId(id), { error: "ids starting `dm:` are the server's" }),
  // `sync` sends an object with a key for each room, and this key would be lost there.
  z.refine<string>((id) => id !== '__proto__', { error: 'is not an id for a room' }),
)

const room = { chatRoomId: ChatRoomId, roomName: RoomName, headSeq: Seq }

/** What replies to a member contain about a room besides its name and head. */
const standing = {
  access: Access,
  role: z.optional(Role.check(describe("The caller's role; absent for an admin who is not a member."))),
  admin: z.optional(
    z
      .literal(true)
      .check(
        describe(
          'Present only if the token gives the caller more rights than their role: they may do all that an owner may.',
        ),
      ),
  ),
}

const roomWithMembers = {
  ...room,
  ...standing,
  room: RoomDetails,
  members: z.array(UserId),
  nextCursor: z.optional(Cursor.check(describe('For more members, send `getRoom` with this `cursor`.'))),
}

const gap = {
  recovered: z
    .boolean()
    .check(describe('Whether `events` is everything after `lastSeq`. If false, page with `getHistory`.')),
  events: z.array(MessageEvent).check(describe('The whole gap in seq order, or empty; never a part of the gap.')),
}

const paced = {
  readEveryMs: z
    .int()
    .check(
      describe(
        'The minimum time between two `markRead` of a client for this room. Only the last one before the ' +
          'client leaves may come sooner.',
      ),
    ),
}

const sent = z.object({
  chatRoomId: ChatRoomId,
  messageId: MessageId,
  seq: Seq,
  timestamp: EpochMs,
  duplicate: z
    .boolean()
    .check(describe('True for a retry: the ids are those of the first message, and nothing new was delivered.')),
})

const toRoomOrUser = z
  .strictObject({
    action: z.literal('sendMessage'),
    ...envelope,
    chatRoomId: z.optional(ChatRoomId),
    recipientId: z.optional(UserId),
    content: Content,
    contentEncoding: z.optional(ContentEncoding),
    clientMessageId: z.optional(ClientMessageId),
    ...sendFields,
  })
  .check(
    inRoomNeedsThread,
    z.refine((frame) => (frame.chatRoomId === undefined) !== (frame.recipientId === undefined), {
      error: 'needs either chatRoomId or recipientId',
    }),
    describe(
      'Sends a message to a room or to one user. Every connection of every member receives it, except the sending one.',
    ),
  )

const joinRequest = z
  .strictObject({
    action: z.literal('joinRoom'),
    ...envelope,
    chatRoomId: z.optional(ChatRoomId),
    invite: z.optional(Invite.check(describe("If only the invite is given, the room is the invite's."))),
    lastSeq: z.optional(Seq),
    lastRev: z.optional(Rev),
  })
  .check(
    z.refine((frame) => frame.chatRoomId !== undefined || frame.invite !== undefined, {
      error: 'must be there when no invite is',
      path: ['chatRoomId'],
    }),
    describe('Makes the user a member if they are not one yet, and subscribes this connection.'),
  )

/** The schemas of request and reply, by action. `docs/protocol.md` is generated from them. */
export const actions = {
  sync: {
    request: request(
      'sync',
      {
        rooms: z.optional(
          z.record(ChatRoomId, Seq).check(
            z.refine<Record<string, number>>((rooms) => Object.keys(rooms).length <= MAX_SYNC_ROOMS, {
              error: `has more than ${MAX_SYNC_ROOMS} rooms`,
            }),
            describe('By room, the last `seq` that the client has. A room that is left out is not recovered.'),
          ),
        ),
        revs: z.optional(
          z.record(ChatRoomId, Rev).check(
            z.refine<Record<string, number>>((revs) => Object.keys(revs).length <= MAX_SYNC_ROOMS, {
              error: `has more than ${MAX_SYNC_ROOMS} rooms`,
            }),
            describe(
              'By room, the last `rev` that the client has accounted for, if the server has the feature ' +
                '`changes`.',
            ),
          ),
        ),
        cursor: z.optional(Cursor),
        limit: z.optional(
          z
            .int()
            .check(
              z.gte(1),
              z.lte(DEFAULT_ROOMS_PAGE),
              describe('Maximum number of rooms on this page. Choose a small one for a slow link.'),
            ),
        ),
        only: z.optional(
          z
            .array(ChatRoomId)
            .check(
              z.minLength(1),
              z.maxLength(MAX_SYNC_ONLY),
              describe(
                'Subscribes to the first `limit` of these rooms now; `nextCursor` continues with the other rooms.',
              ),
            ),
        ),
        sessionId: z.optional(
          SessionId.check(
            describe(
              'An id of the client instance, kept across its reconnects. Events go to the connection that ' +
                'synced with it last. Without it, the `sessionId` in the connection’s URL is used, or else the ' +
                'connection’s id.',
            ),
          ),
        ),
      },
      "The first frame: subscribes this connection to the user's rooms and returns what it missed.",
    ),
    reply: z.object({
      serverTime: EpochMs,
      connectionId: z.string(),
      userId: UserId,
      limits: Limits,
      features: z
        .array(z.string())
        .check(describe('The features that this server has beyond version 1 of the protocol.')),
      rooms: z.array(
        z.object({ ...room, ...standing, closed: z.boolean(), ...paced, ...notified, ...gap, ...changeGap }),
      ),
      nextCursor: z.optional(Cursor.check(describe('For more rooms, send `sync` with this `cursor`.'))),
    }),
  },
  createRoom: {
    request: request(
      'createRoom',
      {
        chatRoomId: z.optional(OwnRoomId),
        roomName: RoomName,
        members: z.optional(
          z
            .array(UserId)
            .check(z.maxLength(MAX_CREATE_ROOM_MEMBERS), describe('Further members, besides the creator.')),
        ),
        access: z.optional(ChosenAccess.check(describe("Without it, the deployment's `defaultRoomAccess`."))),
        topic: z.optional(Topic),
        settings: z.optional(SomeSettings),
        metadata: z.optional(Metadata),
      },
      'Creates a room with its first members, and subscribes this connection to it.',
    ),
    reply: z.object({
      ...roomWithMembers,
      refused: z.optional(
        Refused.check(describe('Those of `members` who were not added, and why; absent if all were added.')),
      ),
    }),
  },
  joinRoom: {
    request: joinRequest,
    reply: z.object({ ...roomWithMembers, ...paced, ...notified, ...gap, ...changeGap }),
  },
  leaveRoom: {
    request: request(
      'leaveRoom',
      { chatRoomId: ChatRoomId },
      "Ends the membership. This user's connections receive no more events of the room.",
    ),
    reply: z.object({ chatRoomId: ChatRoomId }),
  },
  getRoom: {
    request: request(
      'getRoom',
      { chatRoomId: ChatRoomId, cursor: z.optional(Cursor) },
      'Returns a room with its members, 1,000 at a time.',
    ),
    reply: z.object(roomWithMembers),
  },
  listRooms: {
    request: request(
      'listRooms',
      {
        limit: z._default(z.int().check(z.gte(1), z.lte(MAX_ROOMS_PAGE)), DEFAULT_ROOMS_PAGE),
        cursor: z.optional(Cursor),
      },
      "Returns the user's rooms in the order of their ids.",
    ),
    reply: z.object({ rooms: z.array(z.object({ ...room, headRev: Rev })), nextCursor: z.optional(Cursor) }),
  },
  sendMessage: { request: toRoomOrUser, reply: sent },
  broadcastMessage: {
    request: request(
      'broadcastMessage',
      {
        chatRoomId: ChatRoomId,
        content: Content,
        contentEncoding: z.optional(ContentEncoding),
        clientMessageId: z.optional(ClientMessageId),
        ...sendFields,
      },
      'Sends a message to every connection of every member of a room, including the sending one.',
    ).check(inRoomNeedsThread),
    reply: sent,
  },
  typingIndicator: {
    request: request(
      'typingIndicator',
      { chatRoomId: ChatRoomId, isTyping: z._default(z.boolean(), true) },
      'Shows the user as typing for 10 s, or as no longer typing. A repeat that is too early has a ' +
        'reply but causes no event.',
    ),
    reply: z.object({
      expiresAt: EpochMs,
      repeatAfterMs: z.optional(
        z.int().check(
          z.meta({
            description:
              'The event has not been posted yet: repeat the indicator after this time if it still applies. ' +
              'Before then, the event of another typing user in the room may include it.',
          }),
        ),
      ),
    }),
  },
  getHistory: {
    request: request(
      'getHistory',
      {
        chatRoomId: ChatRoomId,
        before: z.optional(Seq.check(describe('Exclusive.'))),
        after: z.optional(Seq.check(describe('Exclusive.'))),
        limit: z._default(z.int().check(z.gte(1), z.lte(MAX_HISTORY_PAGE)), DEFAULT_HISTORY_PAGE),
        include: z.optional(Include),
        view: z._default(
          z
            .enum(['all', 'room'])
            .check(
              describe('`room` leaves out replies that are shown only in their thread. A page may then be empty.'),
            ),
          'all',
        ),
        threadId: z.optional(MessageId.check(describe('Only the replies in this thread, without its root.'))),
      },
      'Returns messages in ascending seq: after a seq, before a seq, between two, or the newest page ' +
        'without a bound.',
    ),
    reply: z.object({
      messages: z.array(MessageEvent),
      hasMore: z.boolean().check(describe('Whether there are more messages in the direction of paging.')),
      nextBefore: z.optional(
        Seq.check(describe('For a view or a thread with more messages: the `before` of the next page.')),
      ),
      nextAfter: z.optional(
        Seq.check(describe('For a view or a thread with more messages: the `after` of the next page.')),
      ),
    }),
  },
  handleFileUpload: {
    request: request(
      'handleFileUpload',
      {
        chatRoomId: ChatRoomId,
        fileName: FileName,
        contentType: ContentType,
        size: z.int().check(z.gte(1), describe('Bytes. The form accepts exactly this many.')),
        caption: z.optional(Caption),
        width: z.optional(Pixels),
        height: z.optional(Pixels),
        thumbhash: z.optional(Thumbhash),
        clientMessageId: z.optional(ClientMessageId),
        ...sendFields,
      },
      'Returns a signed form to upload a file with. The room receives a message when the file has arrived.',
    ).check(inRoomNeedsThread),
    reply: z.object({
      uploadId: UploadId,
      method: z.literal('POST'),
      url: z.string().check(describe('POST the form to this URL, as multipart/form-data.')),
      fields: z
        .record(z.string(), z.string())
        .check(describe('Form fields to send unchanged, before the last field, `file`.')),
      expiresAt: EpochMs,
      maxBytes: z.int(),
      messageId: z.optional(
        MessageId.check(
          describe(
            'For a retry whose file has already arrived: the id of its message. The file need not be sent again.',
          ),
        ),
      ),
    }),
  },
  getFileUrl: {
    request: request(
      'getFileUrl',
      { chatRoomId: ChatRoomId, messageId: MessageId },
      'Returns a newly signed URL for the file of a message.',
    ),
    reply: z.object({
      fileUrl: z.string(),
      expiresAt: EpochMs,
      thumbnailUrl: z.optional(z.string()),
      pictureUrl: z.optional(z.string()),
    }),
  },
  ...messageActions,
  ...roomActions,
  ...moderationActions,
  ...readActions,
  ...notificationActions,
  ...profileActions,
  ...reactionActions,
  ...threadActions,
  ...presenceActions,
  ...searchActions,
  ping: {
    request: request('ping', {}, 'Resets the idle timer.'),
    reply: z.object({ serverTime: EpochMs }),
  },
} as const

export type Action = keyof typeof actions
export type Request<A extends Action> = z.infer<(typeof actions)[A]['request']>
export type Reply<A extends Action> = z.infer<(typeof actions)[A]['reply']>

/** Whether `userId` in a request names the user whom the action is about, and not the caller. */
export const isAboutUser = (request: unknown): boolean =>
  (request as { shape?: { userId?: unknown } }).shape?.userId !== envelope.userId
