import * as z from 'zod/mini'
import { MessageEvent } from './message-event.ts'
import { describe, request } from './request-schema.ts'
import { ChatRoomId, Cursor, EpochMs, MessageId, Seq, UserId } from './scalars.ts'

const paged = { cursor: z.optional(Cursor) }
const more = { nextCursor: z.optional(Cursor) }

/** Actions on threads and mentions. */
export const threadActions = {
  getThreads: {
    request: request('getThreads', paged, 'Returns the threads that the caller follows, by room, 20 at a time.'),
    reply: z.object({
      threads: z.array(
        z.object({
          chatRoomId: ChatRoomId,
          root: MessageEvent.check(
            describe('Has `deleted` if the root was deleted: the thread continues under its id.'),
          ),
          readSeq: Seq.check(describe('The `seq` up to which the caller has read the thread.')),
          unread: z.object({
            count: z.int().check(describe("Number of others' replies after `readSeq`.")),
            exact: z.boolean().check(describe('False if there are more than are counted.')),
          }),
        }),
      ),
      ...more,
    }),
  },
  followThread: {
    request: request(
      'followThread',
      { chatRoomId: ChatRoomId, threadId: MessageId, following: z.boolean() },
      'Follows a thread, or stops following it. Users follow the threads that they start or reply in.',
    ),
    reply: z.object({}),
  },
  getMentions: {
    request: request('getMentions', paged, "Returns the caller's mentions, newest first, 50 at a time."),
    reply: z.object({
      mentions: z.array(
        z.object({
          chatRoomId: ChatRoomId,
          messageId: MessageId,
          seq: Seq,
          senderId: UserId,
          timestamp: EpochMs,
        }),
      ),
      ...more,
    }),
  },
} as const
