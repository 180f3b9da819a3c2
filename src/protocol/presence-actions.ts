import * as z from 'zod/mini'
import { MAX_ONLINE_ROOMS, MAX_PRESENCE_BYTES, MAX_PRESENT } from './limits.ts'
import { describe, request } from './request-schema.ts'
import { Metadata } from './room-schema.ts'
import { ChatRoomId, EpochMs, UserId } from './scalars.ts'

const PresenceData = Metadata.check(
  z.refine<Record<string, unknown>>((data) => Buffer.byteLength(JSON.stringify(data)) <= MAX_PRESENCE_BYTES, {
    error: `is longer than ${MAX_PRESENCE_BYTES} bytes as JSON`,
  }),
  describe(
    "The product's own data, shown to the users who are present: a JSON object of at most 512 bytes " + 'and 4 levels.',
  ),
)

/** A user who is present, in replies and events. */
export const person = {
  userId: UserId,
  data: z.optional(z.record(z.string(), z.unknown())),
  since: EpochMs.check(describe('When the user became present; with several devices, on the first.')),
}

/** Actions that show who is present in a room, and who is online. */
export const presenceActions = {
  enterPresence: {
    request: request(
      'enterPresence',
      { chatRoomId: ChatRoomId, data: z.optional(PresenceData) },
      'Shows the caller as present in a room, on this connection. A repeat renews the presence or sets `data`.',
    ),
    reply: z.object({
      until: EpochMs.check(describe('When it ends, unless it is renewed.')),
      everyMs: z.int().check(describe('How often to renew it while the user looks at the room.')),
    }),
  },
  leavePresence: {
    request: request(
      'leavePresence',
      { chatRoomId: ChatRoomId },
      "Ends the caller's presence in a room, on this connection.",
    ),
    reply: z.object({}),
  },
  getPresence: {
    request: request('getPresence', { chatRoomId: ChatRoomId }, 'Returns the users who are present in a room.'),
    reply: z.object({
      present: z.array(z.object(person)).check(describe(`At most ${MAX_PRESENT}, by user id.`)),
      count: z.int().check(describe('Number of users in `present`.')),
      capped: z
        .boolean()
        .check(describe('True if more users are present, or if the room is so large that nobody is counted.')),
    }),
  },
  getOnline: {
    request: request(
      'getOnline',
      {
        chatRoomIds: z.array(ChatRoomId).check(z.maxLength(MAX_ONLINE_ROOMS)),
      },
      'Returns which members of some rooms are online. Rooms that the caller is not in are left out.',
    ),
    reply: z.object({
      rooms: z.record(
        ChatRoomId,
        z.object({
          userIds: z.array(UserId).check(describe(`At most ${MAX_PRESENT}, the caller among them.`)),
          capped: z.boolean().check(describe('Whether there may be more.')),
        }),
      ),
    }),
  },
} as const
