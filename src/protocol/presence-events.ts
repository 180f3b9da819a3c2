import * as z from 'zod/mini'
import { person } from './presence-actions.ts'
import { describe } from './request-schema.ts'
import { ChatRoomId, EpochMs, UserId } from './scalars.ts'

const at = EpochMs.check(describe("The server's time of the event. Of two events about one user, the later one holds."))

const PresenceEnteredEvent = z
  .object({ event: z.literal('presenceEntered'), chatRoomId: ChatRoomId, ...person, at })
  .check(describe('A user is present in the room. Sent to the users who are present, including this one.'))

const PresenceUpdatedEvent = z
  .object({ event: z.literal('presenceUpdated'), chatRoomId: ChatRoomId, ...person, at })
  .check(describe('The `data` of a present user has changed. Sent to the users who are present.'))

const PresenceLeftEvent = z
  .object({
    event: z.literal('presenceLeft'),
    chatRoomId: ChatRoomId,
    userId: UserId,
    effectiveAt: EpochMs.check(
      describe('When to hide them, unless an event with a later `at` says that they are back.'),
    ),
    at,
  })
  .check(describe('A user is no longer present on any of their devices. Sent to the users who are present.'))

const OnlineEvent = z
  .object({
    event: z.literal('online'),
    chatRoomId: ChatRoomId.check(describe('The direct room of the two users.')),
    userId: UserId,
    online: z.boolean(),
    effectiveAt: EpochMs.check(describe('When to show it, unless an event with a later `at` says otherwise.')),
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
