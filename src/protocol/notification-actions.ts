import * as z from 'zod/mini'
import { describe, request } from './request-schema.ts'
import { ChatRoomId, EpochMs } from './scalars.ts'

export const NotifyLevel = z
  .enum(['all', 'mentions', 'none'])
  .check(describe('Which messages of the room the caller is to be woken for: those that mention them, say.'))

export const Until = EpochMs.check(describe('From then on it is `all` again; absent: for good.'))

/** What a reply contains about a room's notification level. */
export const notified = {
  notify: z.optional(
    z
      .object({ level: NotifyLevel, until: z.optional(Until) })
      .check(describe("The caller's own, on all devices; absent: `all`.")),
  ),
}

/** Actions on the caller's notification levels. */
export const notificationActions = {
  setNotifications: {
    request: request(
      'setNotifications',
      { chatRoomId: ChatRoomId, level: NotifyLevel, until: z.optional(Until) },
      'Says which messages of a room the caller is to be woken for, on all devices. It delivers no more and no less.',
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
