import * as z from 'zod/mini'
import { MAX_MARKS, MAX_THREAD_MARKS, MAX_UNREAD_ROOMS } from './limits.ts'
import { describe, request } from './request-schema.ts'
import { ChatRoomId, MessageId, Seq, UserId } from './scalars.ts'

const seqByRoom = (limit: number, description: string) =>
  z.record(ChatRoomId, Seq).check(
    z.refine<Record<string, number>>((rooms) => Object.keys(rooms).length <= limit, {
      error: `has more than ${limit} rooms`,
    }),
    describe(description),
  )

const ReadSeq = Seq.check(describe('The `seq` up to which the caller has read.'))

/** Actions on read markers, unread counts and receipts. */
export const readActions = {
  markRead: {
    request: request(
      'markRead',
      {
        reads: seqByRoom(
          MAX_MARKS,
          'By room, the `seq` up to which the caller has read. A value lower than before has no effect.',
        ),
        threads: z.optional(
          z
            .array(z.strictObject({ chatRoomId: ChatRoomId, threadId: MessageId, seq: Seq }))
            .check(
              z.maxLength(MAX_THREAD_MARKS),
              describe('How far the caller has read threads, which are marked independently of their room.'),
            ),
        ),
        private: z.optional(z.boolean().check(describe('Whether to hide from others how far the caller has read.'))),
      },
      'Marks how far the caller has read, on all devices.',
    ),
    reply: z.object({}),
  },
  markUnread: {
    request: request(
      'markUnread',
      { chatRoomId: ChatRoomId, seq: Seq.check(describe('The first message to be unread again.')) },
      'Marks a message and everything after it as unread, on all devices.',
    ),
    reply: z.object({ readSeq: ReadSeq }),
  },
  getUnread: {
    request: request(
      'getUnread',
      {
        heads: seqByRoom(
          MAX_UNREAD_ROOMS,
          'By room, the newest `seq` that the client knows. Messages up to it are counted.',
        ),
      },
      'Counts what the caller has not read. Rooms that the caller is not in are left out.',
    ),
    reply: z.object({
      rooms: z.record(
        ChatRoomId,
        z.object({
          readSeq: ReadSeq,
          count: z.int().check(describe("Others' messages after `readSeq`.")),
          exact: z.boolean().check(describe('False if there are too many to count: `count` is then an upper bound.')),
          mentions: z
            .int()
            .check(
              describe('How many of them mention the caller. If `exact` is false, only mentions by name are counted.'),
            ),
        }),
      ),
      threads: z.object({
        count: z.int().check(describe('Threads that the caller follows and that have an unread reply.')),
      }),
    }),
  },
  getReceipts: {
    request: request(
      'getReceipts',
      { chatRoomId: ChatRoomId },
      'Returns how far the members of a small room have read. Members who keep that private are left out.',
    ),
    reply: z.object({ receipts: z.record(UserId, Seq) }),
  },
} as const
