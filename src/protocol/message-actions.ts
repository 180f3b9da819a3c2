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
  .check(describe('`deleted` also returns deleted messages, each with empty content and the field `deleted`.'))

const changed = z.boolean().check(describe('False if nothing had to change: nothing was written or delivered.'))

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
          EpochMs.check(
            describe(
              'The `editedAt` that the caller has seen, 0 for none. If there was another edit since, the action ' +
                'fails with `conflict`.',
            ),
          ),
        ),
      },
      "Changes the content of a message, or a file's caption. Fields that are left out keep their values.",
    ),
    reply: z.object({
      ...ofMessage,
      editedAt: EpochMs.check(describe('0 if the content has never changed.')),
      changed,
    }),
  },
  deleteMessage: {
    request: request(
      'deleteMessage',
      { ...toMessage, reason: z.optional(Reason) },
      'Permanently deletes a message, with its content and its file.',
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
        z.array(MessageId).check(describe('Ids whose messages did not fit into the reply: request them again.')),
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
      'Returns what has changed in a room after a `rev`: each message, the room and each member once, ' +
        'as it is now.',
    ),
    reply: z.object({
      changes: z.array(ChangeEvent),
      headRev: Rev.check(describe('The last `rev` that this page accounts for.')),
      recovered: z
        .boolean()
        .check(describe('False if the log does not reach back that far: discard what you have of the room.')),
      hasMore: z.boolean(),
    }),
  },
} as const

/** What `sync` and `joinRoom` return of a room's change log. */
export const changeGap = {
  headRev: Rev.check(describe('The newest `rev` that the reply accounts for.')),
  changesRecovered: z
    .boolean()
    .check(describe('Whether `changes` is everything after the given `rev`. If false, call `getChanges`.')),
  changes: z
    .array(ChangeEvent)
    .check(describe('All changes, with each message, the room and each member once as it is now; or none.')),
}
