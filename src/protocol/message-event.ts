import * as z from 'zod/mini'
import { ChatRoomId, ClientMessageId, EpochMs, MessageId, Reaction, Seq, UploadId, UserId, Version } from './scalars.ts'

const describe = (description: string) => z.meta({ description })

const MessageKind = z.enum(['text', 'broadcast', 'file'])

export const FileInfo = z
  .object({
    uploadId: UploadId,
    fileName: z.string(),
    contentType: z.string(),
    size: z.int().check(describe('Bytes.')),
    fileUrl: z.string().check(describe('A signed GET URL, short-lived.')),
    fileUrlExpiresAt: EpochMs,
    width: z.optional(z.int().check(describe('In pixels, as the uploader stated it.'))),
    height: z.optional(z.int().check(describe('In pixels, as the uploader stated it.'))),
    thumbhash: z.optional(z.string().check(describe('Base64, as the uploader stated it.'))),
    thumbnailUrl: z.optional(z.string()),
  })
  .check(describe('The file of a message of kind `file`.'))

const ThreadSummary = z
  .object({
    replies: z.int(),
    lastSeq: Seq,
    lastAt: EpochMs,
    lastUserIds: z.array(UserId).check(describe('At most 3.')),
  })
  .check(describe('On the root of a thread: its replies when they were last counted.'))

const ReactionSummary = z
  .object({
    reaction: Reaction,
    count: z.int(),
    userIds: z.array(UserId).check(describe('The 10 latest users.')),
  })
  .check(describe('A reaction to a message, and its users.'))

const Preview = z
  .object({
    url: z.string(),
    title: z.string(),
    description: z.optional(z.string()),
    siteName: z.optional(z.string()),
    imageUrl: z.optional(z.string()),
    imageUrlExpiresAt: z.optional(EpochMs),
  })
  .check(describe('A preview of a link in the content.'))

export const MessageEvent = z
  .object({
    event: z.literal('message'),
    chatRoomId: ChatRoomId,
    seq: Seq,
    messageId: MessageId,
    kind: MessageKind,
    senderId: UserId,
    content: z.string(),
    timestamp: EpochMs,
    clientMessageId: z.optional(ClientMessageId),
    file: z.optional(FileInfo),
    version: z.optional(Version),
    editedAt: z.optional(EpochMs.check(describe('When the content was last edited.'))),
    metadata: z.optional(z.record(z.string(), z.unknown()).check(describe("The product's own data."))),
    replyTo: z.optional(MessageId.check(describe('The message that this one quotes.'))),
    threadId: z.optional(MessageId.check(describe('The root of its thread.'))),
    inRoom: z.optional(z.literal(true).check(describe('A reply in a thread that is shown in the room, too.'))),
    thread: z.optional(ThreadSummary),
    mentions: z.optional(z.array(UserId).check(describe('At most 50.'))),
    mentionsRoom: z.optional(z.literal(true)),
    pinned: z.optional(z.object({ by: UserId, at: EpochMs }).check(describe('Who pinned the message, and when.'))),
    reactions: z.optional(z.array(ReactionSummary).check(describe('In the order of their first use; at most 50.'))),
    mine: z.optional(
      z.array(Reaction).check(describe("In replies only, if a `userIds` is incomplete: the caller's own reactions.")),
    ),
    previews: z.optional(z.array(Preview).check(describe('At most 3.'))),
    deleted: z.optional(
      z
        .object({ at: EpochMs, by: UserId })
        .check(describe("Present only if the request has `include: ['deleted']`; the content is then empty.")),
    ),
  })
  .check(
    describe(
      'A message. It may arrive twice or out of order: ignore a `seq` that you already have, and order by `seq`.',
    ),
  )

export type MessageEvent = z.infer<typeof MessageEvent>
