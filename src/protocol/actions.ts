import * as z from 'zod/mini'
import { isDirectRoomId } from './room-id.ts'
import { MessageEvent } from './events.ts'
import {
  DEFAULT_HISTORY_PAGE,
  DEFAULT_ROOMS_PAGE,
  MAX_CREATE_ROOM_MEMBERS,
  MAX_HISTORY_PAGE,
  MAX_ROOMS_PAGE,
} from './limits.ts'
import {
  Caption,
  ChatRoomId,
  ClientMessageId,
  Content,
  ContentType,
  Cursor,
  EpochMs,
  FileName,
  MessageId,
  RequestId,
  RoomName,
  Seq,
  UploadId,
  UserId,
} from './scalars.ts'

const describe = (description: string) => z.meta({ description })

/** What every request may carry beside its own fields. */
const envelope = {
  requestId: z.optional(RequestId),
  userId: z.optional(UserId.check(describe("Optional, and then the token's user: anybody else is `forbidden`."))),
}

/** An action's request frame: strict, so that a misspelt key is an error and not a default. */
const request = <const A extends string, S extends Record<string, z.core.SomeType>>(
  action: A,
  shape: S,
  about: string,
) => z.strictObject({ action: z.literal(action), ...envelope, ...shape }).check(describe(about))

const OwnRoomId = ChatRoomId.check(
  z.refine<string>((id) => !isDirectRoomId(id), { error: "ids starting `dm:` are the server's" }),
  // Not a key that a JSON object of rooms can have: its members could never say how far they are in it.
  z.refine<string>((id) => id !== '__proto__', { error: 'is not an id for a room' }),
)

const room = { chatRoomId: ChatRoomId, roomName: RoomName, headSeq: Seq }

const roomWithMembers = {
  ...room,
  members: z.array(UserId),
  nextCursor: z.optional(Cursor.check(describe('More members: `getRoom` with this `cursor`.'))),
}

const gap = {
  recovered: z
    .boolean()
    .check(describe('Whether `events` is all that followed `lastSeq`. When false, page with `getHistory`.')),
  events: z.array(MessageEvent).check(describe('The whole gap in seq order, or empty: never a part of it.')),
}

const sent = z.object({
  chatRoomId: ChatRoomId,
  messageId: MessageId,
  seq: Seq,
  timestamp: EpochMs,
  duplicate: z
    .boolean()
    .check(describe('True for a retry: the ids are the first message’s and nothing was delivered.')),
})

export const Limits = z
  .object({
    contentBytes: z.int(),
    captionBytes: z.int(),
    fileNameChars: z.int(),
    fileBytes: z.int(),
    contentTypes: z
      .array(z.string())
      .check(describe('Media types that may be uploaded; `image/*` stands for all images.')),
    roomNameChars: z.int(),
    createRoomMembers: z.int(),
    historyPage: z.int(),
    frameBytes: z.int(),
    messageBytes: z.int(),
    typingRepeatMs: z.int(),
    typingExpiryMs: z.int(),
    idleTimeoutMs: z.int(),
    connectionLifetimeMs: z.int(),
  })
  .check(describe('What this deployment accepts, so that a client need not hard-code it.'))

const toRoomOrUser = z
  .strictObject({
    action: z.literal('sendMessage'),
    ...envelope,
    chatRoomId: z.optional(ChatRoomId),
    recipientId: z.optional(UserId),
    content: Content,
    clientMessageId: z.optional(ClientMessageId),
  })
  .check(
    z.refine((frame) => (frame.chatRoomId === undefined) !== (frame.recipientId === undefined), {
      error: 'needs either chatRoomId or recipientId',
    }),
    describe(
      'Sends a message to a room or to one user. It reaches every connection of every member except the sending one.',
    ),
  )

/** Request and reply schemas by action: the contract that `docs/protocol.md` is generated from. */
export const actions = {
  sync: {
    request: request(
      'sync',
      {
        rooms: z.optional(
          z
            .record(ChatRoomId, Seq)
            .check(describe('By room, the last `seq` that the client has; a room left out is not recovered.')),
        ),
        cursor: z.optional(Cursor),
      },
      "The first frame: subscribes this connection to the user's rooms and answers with what it missed.",
    ),
    reply: z.object({
      serverTime: EpochMs,
      connectionId: z.string(),
      userId: UserId,
      limits: Limits,
      rooms: z.array(z.object({ ...room, ...gap })),
      nextCursor: z.optional(Cursor.check(describe('More rooms: `sync` with this `cursor`.'))),
    }),
  },
  createRoom: {
    request: request(
      'createRoom',
      {
        chatRoomId: z.optional(OwnRoomId),
        roomName: RoomName,
        members: z.optional(
          z.array(UserId).check(z.maxLength(MAX_CREATE_ROOM_MEMBERS), describe('Further members beside the creator.')),
        ),
      },
      'Makes a room with its first members, and subscribes this connection to it.',
    ),
    reply: z.object(roomWithMembers),
  },
  joinRoom: {
    request: request(
      'joinRoom',
      { chatRoomId: ChatRoomId, lastSeq: z.optional(Seq) },
      'Makes the user a member (if not yet) and subscribes this connection.',
    ),
    reply: z.object({ ...roomWithMembers, ...gap }),
  },
  leaveRoom: {
    request: request(
      'leaveRoom',
      { chatRoomId: ChatRoomId },
      "Ends the membership; no event of the room is posted to this user's connections afterwards.",
    ),
    reply: z.object({ chatRoomId: ChatRoomId }),
  },
  getRoom: {
    request: request(
      'getRoom',
      { chatRoomId: ChatRoomId, cursor: z.optional(Cursor) },
      'A room with its members, 1,000 at a time.',
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
      "The user's rooms, by id.",
    ),
    reply: z.object({ rooms: z.array(z.object(room)), nextCursor: z.optional(Cursor) }),
  },
  sendMessage: { request: toRoomOrUser, reply: sent },
  broadcastMessage: {
    request: request(
      'broadcastMessage',
      { chatRoomId: ChatRoomId, content: Content, clientMessageId: z.optional(ClientMessageId) },
      'Sends a message to every connection of every member of a room, the sending one too.',
    ),
    reply: sent,
  },
  typingIndicator: {
    request: request(
      'typingIndicator',
      { chatRoomId: ChatRoomId, isTyping: z._default(z.boolean(), true) },
      'Shows the user as typing for 8 s, or ends it. Repeats within 3 s are answered and not fanned out.',
    ),
    reply: z.object({ expiresAt: EpochMs }),
  },
  getHistory: {
    request: request(
      'getHistory',
      {
        chatRoomId: ChatRoomId,
        before: z.optional(Seq.check(describe('Exclusive.'))),
        after: z.optional(Seq.check(describe('Exclusive.'))),
        limit: z._default(z.int().check(z.gte(1), z.lte(MAX_HISTORY_PAGE)), DEFAULT_HISTORY_PAGE),
      },
      'Messages in ascending seq: after a seq, before a seq, between two, or, with neither bound, the newest page.',
    ),
    reply: z.object({
      messages: z.array(MessageEvent),
      hasMore: z.boolean().check(describe('Whether more lie beyond this page, in the direction of paging.')),
    }),
  },
  handleFileUpload: {
    request: request(
      'handleFileUpload',
      {
        chatRoomId: ChatRoomId,
        fileName: FileName,
        contentType: ContentType,
        size: z.int().check(z.gte(1), describe('Bytes; the form accepts exactly as many.')),
        caption: z.optional(Caption),
        clientMessageId: z.optional(ClientMessageId),
      },
      'Asks for a signed form to send a file with, straight to the bucket. The room hears of it when it has arrived.',
    ),
    reply: z.object({
      uploadId: UploadId,
      method: z.literal('POST'),
      url: z.string().check(describe('Where to POST the form, as multipart/form-data.')),
      fields: z
        .record(z.string(), z.string())
        .check(describe('Form fields to send unchanged, before the last one, `file`.')),
      expiresAt: EpochMs,
      maxBytes: z.int(),
    }),
  },
  getFileUrl: {
    request: request(
      'getFileUrl',
      { chatRoomId: ChatRoomId, messageId: MessageId },
      'A fresh signed URL for the file of a message, when the one in the message has expired.',
    ),
    reply: z.object({ fileUrl: z.string(), expiresAt: EpochMs }),
  },
  ping: {
    request: request('ping', {}, 'Resets the idle timer.'),
    reply: z.object({ serverTime: EpochMs }),
  },
} as const

export type Action = keyof typeof actions
export type Request<A extends Action> = z.infer<(typeof actions)[A]['request']>
export type Reply<A extends Action> = z.infer<(typeof actions)[A]['reply']>
export type Limits = z.infer<typeof Limits>
