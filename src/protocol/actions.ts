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
  role: z.optional(Role.check(describe("The caller's; absent for an admin who is no member."))),
  admin: z.optional(
    z
      .literal(true)
      .check(
        describe('Only where the token makes the caller more than their role: they may do all that an owner may.'),
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
      describe('The least time between two `markRead` of a client for this room, but for the last one before it goes.'),
    ),
}

const sent = z.object({
  chatRoomId: ChatRoomId,
  messageId: MessageId,
  seq: Seq,
  timestamp: EpochMs,
  duplicate: z
    .boolean()
    .check(describe('True for a retry: the ids are those of the first message, and nothing was delivered.')),
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
    invite: z.optional(Invite.check(describe("With an invite alone, the room is the invite's."))),
    lastSeq: z.optional(Seq),
    lastRev: z.optional(Rev),
  })
  .check(
    z.refine((frame) => frame.chatRoomId !== undefined || frame.invite !== undefined, {
      error: 'must be there when no invite is',
      path: ['chatRoomId'],
    }),
    describe('Makes the user a member, if they are none yet, and subscribes this connection.'),
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
            describe('By room, the last `rev` that the client accounts for, where the server has `changes`.'),
          ),
        ),
        cursor: z.optional(Cursor),
        limit: z.optional(
          z
            .int()
            .check(z.gte(1), z.lte(DEFAULT_ROOMS_PAGE), describe('Rooms on this page; a slow link gets in with few.')),
        ),
        only: z.optional(
          z
            .array(ChatRoomId)
            .check(
              z.minLength(1),
              z.maxLength(MAX_SYNC_ONLY),
              describe(
                'Subscribes to these rooms now, the first `limit` of them; `nextCursor` goes on with the others.',
              ),
            ),
        ),
        sessionId: z.optional(
          SessionId.check(
            describe(
              'A client instance’s own, kept over its reconnects. ' +
                'The connection that synced with it last receives its events; ' +
                'without it, the one in the connection’s URL, else the connection’s id stands for it.',
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
      features: z.array(z.string()).check(describe('What this server has beyond version 1 of the protocol.')),
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
          z.array(UserId).check(z.maxLength(MAX_CREATE_ROOM_MEMBERS), describe('Further members, beside the creator.')),
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
      refused: z.optional(Refused.check(describe('Who of `members` is not in it, and why; absent when all are.'))),
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
      'Shows the user as typing for 10 s, or no longer. A repeat that is too early has a reply but causes no event.',
    ),
    reply: z.object({
      expiresAt: EpochMs,
      repeatAfterMs: z.optional(
        z.int().check(
          z.meta({
            description:
              'The others are not told yet: say it again after this time, if it still holds. Until then the next one ' +
              'who is told of in the room may take it along.',
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
            .check(describe('`room`: without the replies that are in their thread only. A page may be empty then.')),
          'all',
        ),
        threadId: z.optional(MessageId.check(describe('Only the replies in this thread, without its root.'))),
      },
      'Returns messages in ascending seq: after a seq, before a seq, between two, or without a bound the newest page.',
    ),
    reply: z.object({
      messages: z.array(MessageEvent),
      hasMore: z.boolean().check(describe('Whether there are more messages in the direction of paging.')),
      nextBefore: z.optional(Seq.check(describe('Of a view or a thread with more: where to go on backwards.'))),
      nextAfter: z.optional(Seq.check(describe('The same forwards.'))),
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
        MessageId.check(describe('Of a retry whose file has arrived: its message. It need not be sent again.')),
      ),
    }),
  },
  getFileUrl: {
    request: request(
      'getFileUrl',
      { chatRoomId: ChatRoomId, messageId: MessageId },
      'Signs another URL for the file of a message.',
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
