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
          root: MessageEvent.check(describe('With `deleted` when it is gone: the thread goes on by its id.')),
          readSeq: Seq.check(describe('Up to which the caller has read the thread.')),
          unread: z.object({
            count: z.int().check(describe("Others' replies after `readSeq`.")),
            exact: z.boolean().check(describe('False when there are more than are counted.')),
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
      'Follows a thread, or does no longer. Who starts or answers in one follows it.',
    ),
    reply: z.object({}),
  },
  getMentions: {
    request: request('getMentions', paged, 'Returns where the caller was mentioned, the newest first, 50 at a time.'),
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
