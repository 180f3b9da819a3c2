import * as z from 'zod/mini'
import { describe, request } from './request-schema.ts'
import { ChatRoomId, EpochMs } from './scalars.ts'

export const NotifyLevel = z
  .enum(['all', 'mentions', 'none'])
  .check(
    describe('The messages of the room for which the caller wants to be woken, such as only those that mention them.'),
  )

export const Until = EpochMs.check(describe('The level is `all` again from then on; absent if it has no end.'))

/** What a reply contains about a room's notification level. */
export const notified = {
  notify: z.optional(
    z
      .object({ level: NotifyLevel, until: z.optional(Until) })
      .check(describe("The caller's own level, on all devices; absent for `all`.")),
  ),
}

/** Actions on the caller's notification levels. */
export const notificationActions = {
  setNotifications: {
    request: request(
      'setNotifications',
      { chatRoomId: ChatRoomId, level: NotifyLevel, until: z.optional(Until) },
      'Sets for which messages of a room the caller wants to be woken, on all devices. It does not ' +
        'change which events are delivered.',
    ),
    reply: z.object({}),
  },
} as const

export type NotifyLevel = z.infer<typeof NotifyLevel>
/** The notification level of a user in a room. */
export interface Notify {
  level: NotifyLevel
  /** Epoch milliseconds; from then on the level is `all` again. */
  until?: number | undefined
}
