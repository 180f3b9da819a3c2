import * as z from 'zod/mini'
import { describe, request } from './request-schema.ts'
import { ChatRoomId, Cursor, EpochMs, MessageId, Reaction, UserId } from './scalars.ts'

const message = { chatRoomId: ChatRoomId, messageId: MessageId }

const reacted = z.object({
  ...message,
  reaction: Reaction,
  changed: z.boolean().check(describe('False when it was so before: a repeat is a success.')),
})

/** Actions on reactions. A user has each reaction at most once on a message. */
export const reactionActions = {
  addReaction: {
    request: request('addReaction', { ...message, reaction: Reaction }, 'Reacts to a message.'),
    reply: reacted,
  },
  removeReaction: {
    request: request('removeReaction', { ...message, reaction: Reaction }, "Takes the caller's reaction back."),
    reply: reacted,
  },
  getReactions: {
    request: request(
      'getReactions',
      {
        ...message,
        reaction: z.optional(Reaction.check(describe('Only this one.'))),
        cursor: z.optional(Cursor),
      },
      'Returns who reacted to a message with what, 100 at a time.',
    ),
    reply: z.object({
      reactions: z.array(z.object({ reaction: Reaction, userId: UserId, timestamp: EpochMs })),
      nextCursor: z.optional(Cursor),
    }),
  },
} as const
