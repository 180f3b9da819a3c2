import * as z from 'zod/mini'
import { person } from './presence-actions.ts'
import { describe } from './request-schema.ts'
import { ChatRoomId, EpochMs, UserId } from './scalars.ts'

const at = EpochMs.check(describe('The moment at the server: of two events about one user, the later one holds.'))

const PresenceEnteredEvent = z
  .object({ event: z.literal('presenceEntered'), chatRoomId: ChatRoomId, ...person, at })
  .check(describe('A user is present in the room. For those who are present themselves, the user included.'))

const PresenceUpdatedEvent = z
  .object({ event: z.literal('presenceUpdated'), chatRoomId: ChatRoomId, ...person, at })
  .check(describe('The `data` of a user who is present is another. For those who are present.'))

const PresenceLeftEvent = z
  .object({
    event: z.literal('presenceLeft'),
    chatRoomId: ChatRoomId,
    userId: UserId,
    effectiveAt: EpochMs.check(describe('Hide them then, unless an event with a later `at` says that they are back.')),
    at,
  })
  .check(describe('A user is present on none of their devices any more. For those who are present.'))

const OnlineEvent = z
  .object({
    event: z.literal('online'),
    chatRoomId: ChatRoomId.check(describe('The direct room of the two.')),
    userId: UserId,
    online: z.boolean(),
    effectiveAt: EpochMs.check(describe('From when on to show it, unless an event with a later `at` says otherwise.')),
    at,
  })
  .check(describe('In direct rooms only: the other user has connected, or the last of their connections has ended.'))

export const presenceEvents = {
  presenceEntered: PresenceEnteredEvent,
  presenceUpdated: PresenceUpdatedEvent,
  presenceLeft: PresenceLeftEvent,
  online: OnlineEvent,
} as const

export type PresenceEvent = z.infer<(typeof presenceEvents)[keyof typeof presenceEvents]>
