import '../support/own-table.ts'
import { describe, expect, test } from 'vitest'
import { compileFilters } from '../../local/event-source-mapping/filter-pattern.ts'
import { changeOf } from '../../src/streams/changes.ts'
import { loadStack } from '../../terraform/stack.ts'
import { type Image, recordOf } from './records.ts'

const { filters } = loadStack().stream
const passes = compileFilters(filters)

type EventName = 'INSERT' | 'MODIFY' | 'REMOVE'

const image = (entity: string, more: Image = {}): Image => ({ __edb_e__: { S: entity }, ...more })

const text = { Kind: { S: 'text' } }

const fromImport = { Imported: { BOOL: true } }

test('there are as many as a mapping has without a raised quota', () => {
  expect(filters).toHaveLength(5)
})

describe('the stream function receives', () => {
  test.each<[EventName, string, Image?]>([
    ['INSERT', 'Message', text],
    ['INSERT', 'Message', { Kind: { S: 'broadcast' } }],
    ['INSERT', 'Typing'],
    ['MODIFY', 'Typing'],
    ['INSERT', 'Membership'],
    ['REMOVE', 'Membership'],
    ['REMOVE', 'Connection'],
    ['MODIFY', 'Connection', { CloseRequested: { N: '1' } }],
    ['INSERT', 'FanOutTask'],
    ['INSERT', 'Audit'],
    ['INSERT', 'RoomState'],
    ['MODIFY', 'RoomState'],
    ['INSERT', 'Reaction'],
    ['REMOVE', 'Reaction'],
    ['INSERT', 'Present'],
    ['MODIFY', 'Present'],
    ['REMOVE', 'Present', { RenewedAt: { N: '1' } }],
    ['INSERT', 'Session'],
    ['REMOVE', 'Session'],
  ])('the %s of a %s', (eventName, entity, more) => {
    expect(passes(recordOf(eventName, image(entity, more)))).toBe(true)
  })
})

const ofNoInterest = [
  ...['UserRoom', 'Subscription', 'SendGuard', 'RateWindow', 'Upload'],
  ...['Ban', 'Block', 'Invite', 'SlowMode', 'Job', 'User', 'UserConnection', 'Change', 'ChangeHead'],
]

describe('the stream function is not invoked for', () => {
  test.each<[EventName, string, Image?]>([
    ['INSERT', 'Message', { Kind: { S: 'file' } }],
    ['INSERT', 'Message', { Kind: { S: 'hole' } }],
    ...['Message', 'Membership', 'ChatRoomDetails', 'Reaction', 'Audit'].map((entity): [EventName, string, Image] => [
      'INSERT',
      entity,
      { ...text, ...fromImport },
    ]),
    ['REMOVE', 'Message', text],
    ['REMOVE', 'Typing'],
    // The record of another user's row announces it.
    ['MODIFY', 'Typing', { Pending: { BOOL: true } }],
    ['REMOVE', 'RoomState'],
    // The follow-ups add the members who are missing.
    ['INSERT', 'ChatRoom', { Setup: { S: 'pending' } }],
    // At each message.
    ['MODIFY', 'ChatRoom'],
    // At each connect, and at each first sync or join.
    ['INSERT', 'Connection'],
    ['MODIFY', 'Connection'],
    // At each renewal, every two minutes.
    ['MODIFY', 'Present', { RenewedAt: { N: '1' } }],
    // At each reconnect.
    ['MODIFY', 'Session'],
    // Deleted by TTL a year later.
    ['REMOVE', 'Audit'],
    ...ofNoInterest.flatMap((entity) =>
      (['INSERT', 'MODIFY', 'REMOVE'] as const).map((eventName): [EventName, string] => [eventName, entity]),
    ),
  ])('the %s of a %s', (eventName, entity, more) => {
    expect(passes(recordOf(eventName, image(entity, more)))).toBe(false)
  })
})

describe('of what passes and is no other version, or is not handled yet', () => {
  test.each<[EventName, string, Image?]>([
    // A filter for both kinds of events can't exclude it: the same attribute stays when the marker moves.
    ['INSERT', 'RoomState', { ReadSeq: { N: '7' }, ...fromImport }],
    ['MODIFY', 'Message', text],
    ['MODIFY', 'Membership'],
    ['INSERT', 'RoomState'],
    ['MODIFY', 'RoomState'],
    ['INSERT', 'ChatRoomDetails'],
    ['MODIFY', 'ChatRoomDetails'],
  ])('the %s of a %s means nothing', (eventName, entity, more) => {
    const passed = recordOf(eventName, image(entity, more))
    expect(passes(passed)).toBe(true)
    expect(changeOf(passed)).toBeUndefined()
  })
})

describe('another version', () => {
  const version = (n: number) => ({ Version: { N: String(n) } })
  const ofRoom = { ChatRoomId: { S: 'general' } }

  test.each<[EventName, string, Image, string, string]>([
    ['MODIFY', 'Message', { MessageId: { S: '0000000000000007' }, ...text }, 'm', '0000000000000007'],
    ['MODIFY', 'Membership', { UserId: { S: 'ada' } }, 'u', 'ada'],
    ['MODIFY', 'ChatRoomDetails', {}, 'r', ''],
    // Of a room without details until now, because it was unchanged since its creation.
    ['INSERT', 'ChatRoomDetails', {}, 'r', ''],
  ])('by the %s of a %s is a change', (eventName, entity, more, what, id) => {
    const raised = recordOf(eventName, image(entity, { ...ofRoom, ...more, ...version(3) }))
    if (eventName === 'MODIFY') raised.dynamodb!.OldImage = image(entity, { ...ofRoom, ...more, ...version(2) })
    expect(passes(raised)).toBe(true)
    expect(changeOf(raised)).toEqual({
      type: 'versionRaised',
      chatRoomId: 'general',
      changed: { what, id },
      quiet: what === 'm',
    })
    // A roll-up of a thread, or the open rooms of a member.
    if (eventName === 'INSERT') return
    raised.dynamodb!.OldImage = raised.dynamodb!.NewImage!
    expect(changeOf(raised)).toBeUndefined()
  })

  test('without its key is a record that can’t be read', () => {
    const broken = recordOf('MODIFY', image('Message', { ...ofRoom, ...version(1) }))
    expect(() => changeOf(broken)).toThrow('unable to read the record; the Message has no key')
  })

  test('a room that is made with details of its own is none', () => {
    expect(changeOf(recordOf('INSERT', image('ChatRoomDetails', { ...ofRoom, ...version(0) })))).toBeUndefined()
  })
})

describe('what came by an import', () => {
  test.each(['Message', 'Membership', 'ChatRoomDetails', 'Reaction', 'Audit', 'RoomState'])(
    'means nothing while the filter of before is in force: a %s',
    (entity) => {
      const row = image(entity, { ...text, ...fromImport, Version: { N: '3' }, ReadSeq: { N: '7' } })
      expect(changeOf(recordOf('INSERT', row))).toBeUndefined()
    },
  )

  test.each(['Message', 'Membership', 'ChatRoomDetails', 'RoomState'])('is told when it changes: a %s', (entity) => {
    expect(passes(recordOf('MODIFY', image(entity, fromImport)))).toBe(true)
  })
})

describe('the follow-ups', () => {
  const followed = compileFilters(loadStack().followups.filters)

  test.each<[EventName, string, Image]>([
    ['MODIFY', 'Message', { Kind: { S: 'deleted' } }],
    ['REMOVE', 'Message', text],
    ['REMOVE', 'Membership', {}],
    ['INSERT', 'ChatRoom', { Setup: { S: 'pending' } }],
  ])('receive the %s of a %s', (eventName, entity, more) => {
    expect(followed(recordOf(eventName, image(entity, more)))).toBe(true)
  })

  test.each<[EventName, string, Image]>([
    ['INSERT', 'Message', text],
    ['MODIFY', 'Message', text],
    ['INSERT', 'ChatRoom', {}],
  ])('are not invoked for the %s of a %s', (eventName, entity, more) => {
    expect(followed(recordOf(eventName, image(entity, more)))).toBe(false)
  })
})
