import * as z from 'zod/mini'
import { MentionRoom, Mentions } from './send-fields.ts'
import { ChangeEvent } from './change-events.ts'
import { MAX_CHANGES_PAGE, MAX_MESSAGES_BY_ID } from './limits.ts'
import { MessageEvent } from './message-event.ts'
import { describe, request } from './request-schema.ts'
import { Metadata, Reason } from './room-schema.ts'
import { ChatRoomId, ContentEncoding, EditedContent, EpochMs, MessageId, Rev, Seq, Version } from './scalars.ts'

/** What a page of messages may include in addition. */
export const Include = z
  .array(z.enum(['deleted']))
  .check(describe('`deleted`: messages that were deleted too, each empty and with `deleted`.'))

const changed = z.boolean().check(describe('False when it was so already: nothing was written or delivered.'))

const toMessage = { chatRoomId: ChatRoomId, messageId: MessageId }
const ofMessage = { ...toMessage, seq: Seq, version: Version }

/** Actions on messages after they were sent, and on the changes that a client missed. */
export const messageActions = {
  editMessage: {
    request: request(
      'editMessage',
      {
        ...toMessage,
        content: EditedContent,
        contentEncoding: z.optional(ContentEncoding),
        mentions: z.optional(Mentions),
        mentionRoom: z.optional(MentionRoom),
        metadata: z.optional(Metadata),
        ifEditedAt: z.optional(
          EpochMs.check(describe('`editedAt` as it was seen, 0 for none: another edit in between is a `conflict`.')),
        ),
      },
      "Changes the content of a message, or a file's caption. What is left out is kept.",
    ),
    reply: z.object({
      ...ofMessage,
      editedAt: EpochMs.check(describe('0 when it says what it has said from the start.')),
      changed,
    }),
  },
  deleteMessage: {
    request: request(
      'deleteMessage',
      { ...toMessage, reason: z.optional(Reason) },
      'Deletes a message for good, with its content and its file.',
    ),
    reply: z.object({ ...ofMessage, deletedAt: EpochMs, changed }),
  },
  getMessages: {
    request: request(
      'getMessages',
      {
        chatRoomId: ChatRoomId,
        messageIds: z.array(MessageId).check(z.minLength(1), z.maxLength(MAX_MESSAGES_BY_ID)),
        include: z.optional(Include),
      },
      'Returns messages by their ids, in the order of `seq`. Ids without a message are left out.',
    ),
    reply: z.object({
      messages: z.array(MessageEvent),
      left: z.optional(
        z.array(MessageId).check(describe('There was no room for these in the reply: ask again for them.')),
      ),
    }),
  },
  getChanges: {
    request: request(
      'getChanges',
      {
        chatRoomId: ChatRoomId,
        after: Rev.check(describe('Exclusive.')),
        limit: z._default(z.int().check(z.gte(1), z.lte(MAX_CHANGES_PAGE)), MAX_CHANGES_PAGE),
      },
      'Returns what has changed in a room after a rev: each message, the room and each member once, as it is now.',
    ),
    reply: z.object({
      changes: z.array(ChangeEvent),
      headRev: Rev.check(describe('The last rev that the page accounts for.')),
      recovered: z
        .boolean()
        .check(describe('False when the log does not reach back that far: forget what you have of the room.')),
      hasMore: z.boolean(),
    }),
  },
} as const

/** What `sync` and `joinRoom` return of a room's change log. */
export const changeGap = {
  headRev: Rev.check(describe('The newest rev that the reply accounts for.')),
  changesRecovered: z
    .boolean()
    .check(describe('Whether `changes` is everything after the given rev. If false, ask with `getChanges`.')),
  changes: z.array(ChangeEvent).check(describe('All of them, each subject once as it is now, or none.')),
}
