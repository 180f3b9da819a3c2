import * as z from 'zod/mini'
import { describe, request } from './request-schema.ts'
import { ChatRoomId, Cursor, EpochMs, MessageId, Reaction, UserId } from './scalars.ts'

const message = { chatRoomId: ChatRoomId, messageId: MessageId }

const reacted = z.object({
  ...message,
  reaction: Reaction,
  changed: z.boolean().check(describe('False if nothing had to change: a repeat succeeds.')),
})

/** Actions on reactions. A user has each reaction at most once on a message. */
export const reactionActions = {
  addReaction: {
    request: request('addReaction', { ...message, reaction: Reaction }, 'Reacts to a message.'),
    reply: reacted,
  },
  removeReaction: {
    request: request('removeReaction', { ...message, reaction: Reaction }, "Removes the caller's reaction."),
    reply: reacted,
  },
  getReactions: {
    request: request(
      'getReactions',
      {
        ...message,
        reaction: z.optional(Reaction.check(describe('Returns only this reaction.'))),
        cursor: z.optional(Cursor),
      },
      'Returns which users reacted to a message with what, 100 at a time.',
    ),
    reply: z.object({
      reactions: z.array(z.object({ reaction: Reaction, userId: UserId, timestamp: EpochMs })),
      nextCursor: z.optional(Cursor),
    }),
  },
} as const
