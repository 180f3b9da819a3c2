import * as z from 'zod/mini'
import { DEFAULT_SEARCH_PAGE, MAX_SEARCH_PAGE, MAX_SEARCH_ROOMS } from './limits.ts'
import { MessageEvent } from './message-event.ts'
import { describe, request } from './request-schema.ts'
import { ChatRoomId, Cursor, EpochMs, SearchQuery, UserId } from './scalars.ts'

/** Actions that find messages. */
export const searchActions = {
  searchMessages: {
    request: request(
      'searchMessages',
      {
        chatRoomIds: z.array(ChatRoomId).check(z.minLength(1), z.maxLength(MAX_SEARCH_ROOMS)),
        query: SearchQuery,
        from: z.optional(UserId.check(describe('Only messages of this user.'))),
        before: z.optional(EpochMs.check(describe('Exclusive: only messages sent before this time.'))),
        limit: z._default(z.int().check(z.gte(1), z.lte(MAX_SEARCH_PAGE)), DEFAULT_SEARCH_PAGE),
        cursor: z.optional(Cursor),
      },
      'Finds messages by their words, in up to 10 rooms of the caller, newest first.',
    ),
    reply: z.object({
      hits: z.array(
        z.object({
          message: MessageEvent,
          matched: z.array(z.string()).check(describe('The matching words, as the message has them.')),
        }),
      ),
      nextCursor: z.optional(
        Cursor.check(
          describe(
            'Present if there may be more: search again with this `cursor`. Such a page may have few hits, or ' +
              'none.',
          ),
        ),
      ),
    }),
  },
} as const
