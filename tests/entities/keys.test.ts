import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Audit } from '../../src/entities/audit.ts'
import { Ban } from '../../src/entities/ban.ts'
import { Block } from '../../src/entities/block.ts'
import { ChatRoomDetails, listingOf } from '../../src/entities/chat-room-details.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { Connection } from '../../src/entities/connection.ts'
import { Invite } from '../../src/entities/invite.ts'
import { Membership } from '../../src/entities/membership.ts'
import { Message, messageIdOf, seqOf } from '../../src/entities/message.ts'
import { RateWindow } from '../../src/entities/rate-window.ts'
import { RoomState, stateKey } from '../../src/entities/room-state.ts'
import { SendGuard } from '../../src/entities/send-guard.ts'
import { Session } from '../../src/entities/session.ts'
import { placeOf, Subscription } from '../../src/entities/subscription.ts'
import { SlowMode } from '../../src/entities/slow-mode.ts'
import { Typing } from '../../src/entities/typing.ts'
import { Upload } from '../../src/entities/upload.ts'
import { UserConnection, userConnectionKey } from '../../src/entities/user-connection.ts'
import { User } from '../../src/entities/user.ts'
import { UserRoom, userRoomKey } from '../../src/entities/user-room.ts'

const keyOf = (params: object) => (params as { Key: { pk: unknown; sk: unknown } }).Key

const subscriptionAt = (session: { userId: string; sessionKey: string; connectionId: string }) =>
  keyOf(Subscription.get({ partition: 'subscriptions#general', place: placeOf(session) }).params())

/** The key of every entity, with `id` in each place where the protocol allows any printable character. */
const keysWith: Record<string, (id: string) => unknown> = {
  'a connection': (id) => keyOf(Connection.get({ connectionId: id }).params()),
  'a membership': (id) => keyOf(Membership.get({ chatRoomId: 'general', userId: id }).params()),
  "a connection's subscription": (id) => subscriptionAt({ userId: 'ada', sessionKey: id, connectionId: id }),
  "a session's subscription": (id) => subscriptionAt({ userId: id, sessionKey: 'tab', connectionId: 'c=' }),
  "a user's room": (id) => keyOf(UserRoom.get(userRoomKey({ userId: id, chatRoomId: 'general' })).params()),
  'a session': (id) => keyOf(Session.get({ userId: id, sessionKey: 'tab' }).params()),
  'a typing user': (id) => keyOf(Typing.get({ chatRoomId: 'general', userId: id }).params()),
  'a send guard': (id) => keyOf(SendGuard.get({ chatRoomId: 'general', senderId: id, clientMessageId: 'c1' }).params()),
  'a rate window': (id) => keyOf(RateWindow.get({ userId: id, rateClass: 'send', startsAt: 0 }).params()),
  'a ban': (id) => keyOf(Ban.get({ chatRoomId: 'general', userId: id }).params()),
  'a block': (id) => keyOf(Block.get({ userId: id, blockedId: 'bob' }).params()),
  'being blocked': (id) => keyOf(Block.get({ userId: 'ada', blockedId: id }).params()),
  'a user': (id) => keyOf(User.get({ userId: id }).params()),
  "a user's connection": (id) =>
    keyOf(UserConnection.get(userConnectionKey({ userId: id, connectionId: 'c=' })).params()),
  'a state': (id) => keyOf(RoomState.get(stateKey({ userId: id, chatRoomId: 'general' })).params()),
  'slow mode': (id) => keyOf(SlowMode.get({ userId: id, chatRoomId: 'general' }).params()),
}

const confusable = [
  'Ab',
  'aB',
  'ab',
  'AB',
  'ab=',
  'ab==',
  'ab+',
  'ab/',
  'ab#',
  '#ab',
  'ab ',
  ' ab',
  'a b',
  'a#b',
  'ａb',
]

test.each(Object.entries(keysWith))('%s is distinguished by case, =, +, /, # and spaces', (_what, keyWith) => {
  const keys = confusable.map((id) => JSON.stringify(keyWith(id)))
  expect(new Set(keys).size).toBe(confusable.length)
})

test('rooms, uploads, invites and client message ids are distinguished by case', () => {
  const keys = (id: string): unknown[] => [
    ChatRoom.get({ chatRoomId: id }).params(),
    Message.get({ chatRoomId: id, messageId: messageIdOf(1) }).params(),
    Upload.get({ uploadId: id }).params(),
    ChatRoomDetails.get({ chatRoomId: id }).params(),
    Invite.get({ invite: id }).params(),
    Audit.get({ chatRoomId: id, entryId: '1' }).params(),
    SendGuard.get({ chatRoomId: 'general', senderId: 'ada', clientMessageId: id }).params(),
  ]
  expect(keys('Ab')).not.toEqual(keys('aB'))
  for (const [i, params] of keys('Ab').entries()) expect(params).not.toEqual(keys('aB')[i])
})

test('every key is a string, as the table wants it', () => {
  for (const keyWith of Object.values(keysWith)) {
    expect(keyWith('ada')).toEqual({ pk: expect.any(String) as string, sk: expect.any(String) as string })
  }
})

const roomId = fc.stringMatching(/^[A-Za-z0-9_:-]{1,12}$/)
const clientMessageId = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/)
/** Includes ids that look like a part of a key. */
const userId = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.tuple(fc.string({ maxLength: 3 }), clientMessageId).map(([name, id]) => `${name}#clientMessageId_${id}`),
  fc.tuple(fc.string({ maxLength: 3 }), roomId).map(([name, id]) => `${name}#senderId_${id}`),
)
const triple = fc.record({ chatRoomId: roomId, senderId: userId, clientMessageId })

test('no two triples of room, sender and client message id share a guard: each can be read back from its key', () => {
  fc.assert(
    fc.property(triple, (of) => {
      const { pk } = keyOf(SendGuard.get(of).params())
      const [, chatRoomId, senderId, id] =
        /^\$tabletalk#chatRoomId_([^#]+)#senderId_(.*)#clientMessageId_([^#]+)$/su.exec(String(pk)) ?? []
      expect({ chatRoomId, senderId, clientMessageId: id }).toEqual(of)
    }),
    { numRuns: 500 },
  )
})

test('public rooms of one name are distinguished by their ids, and found by it whatever its case', () => {
  const placeOf = (chatRoomId: string, roomName: string) => listingOf({ chatRoomId, roomName, isPublic: true }).listedAs
  expect(placeOf('Ab', 'Tea')).not.toBe(placeOf('aB', 'Tea'))
  expect(placeOf('Ab', 'ＴＥＡ')).toBe(placeOf('Ab', 'tea'))
  expect(listingOf({ chatRoomId: 'Ab', roomName: 'Tea', isPublic: false })).toEqual({})
})

test('message ids sort as their numbers do, up to the largest safe integer', () => {
  const seq = fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.maxSafeNat())
  fc.assert(
    fc.property(seq, seq, (a, b) => {
      expect(Math.sign(a - b)).toBe(messageIdOf(a) < messageIdOf(b) ? -1 : messageIdOf(a) > messageIdOf(b) ? 1 : 0)
      expect(seqOf({ messageId: messageIdOf(a) })).toBe(a)
      expect(messageIdOf(a)).toHaveLength(16)
    }),
    { numRuns: 500 },
  )
})
