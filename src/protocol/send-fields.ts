import * as z from 'zod/mini'
import { MAX_MENTIONS } from './limits.ts'
import { describe } from './request-schema.ts'
import { Metadata } from './room-schema.ts'
import { MessageId, UserId } from './scalars.ts'

export const Mentions = z.array(UserId).check(
  z.maxLength(MAX_MENTIONS),
  z.refine<string[]>((userIds) => new Set(userIds).size === userIds.length, { error: 'names somebody twice' }),
  describe(
    "The ids of the mentioned users, at most 50; they need not be in the text. The sender's own id is " + 'dropped.',
  ),
)

export const MentionRoom = z.boolean().check(describe('Mentions everybody in the room.'))

/** What a message may have besides its content, whichever action sends it. */
export const sendFields = {
  replyTo: z.optional(
    MessageId.check(describe('The message that this one quotes. The id is kept even if that message is deleted.')),
  ),
  threadId: z.optional(
    MessageId.check(describe('The root of the thread in which this is a reply. The root is not a reply itself.')),
  ),
  inRoom: z.optional(z.boolean().check(describe('With `threadId`: shows the reply in the room, too.'))),
  mentions: z.optional(Mentions),
  mentionRoom: z.optional(MentionRoom),
  metadata: z.optional(Metadata),
}

/** Checks that `inRoom` is only used for a reply in a thread. */
export const inRoomNeedsThread = z.refine<{ threadId?: string | undefined; inRoom?: boolean | undefined }>(
  ({ threadId, inRoom }) => inRoom === undefined || threadId !== undefined,
  { error: 'needs threadId', path: ['inRoom'] },
)
