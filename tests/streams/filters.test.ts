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
    ['INSERT', 'ChatRoom', { Setup: { S: 'pending' } }],
    ['INSERT', 'FanOutTask'],
    ['INSERT', 'Audit'],
  ])('the %s of a %s', (eventName, entity, more) => {
    expect(passes(recordOf(eventName, image(entity, more)))).toBe(true)
  })
})

const ofNoInterest = [
  ...['Session', 'UserRoom', 'Subscription', 'SendGuard', 'RateWindow', 'Upload'],
  ...['Ban', 'Block', 'Invite', 'SlowMode', 'Job', 'User', 'UserConnection'],
]

describe('the stream function is not invoked for', () => {
  test.each<[EventName, string, Image?]>([
    ['INSERT', 'Message', { Kind: { S: 'file' } }],
    ['INSERT', 'Message', { Kind: { S: 'hole' } }],
    ['REMOVE', 'Message', text],
    ['REMOVE', 'Typing'],
    // Each message.
    ['MODIFY', 'ChatRoom'],
    // Each connect, and each first sync or join.
    ['INSERT', 'Connection'],
    ['MODIFY', 'Connection'],
    // By TTL, a year later.
    ['REMOVE', 'Audit'],
    ['INSERT', 'ChatRoomDetails'],
    ...ofNoInterest.flatMap((entity) =>
      (['INSERT', 'MODIFY', 'REMOVE'] as const).map((eventName): [EventName, string] => [eventName, entity]),
    ),
  ])('the %s of a %s', (eventName, entity, more) => {
    expect(passes(recordOf(eventName, image(entity, more)))).toBe(false)
  })
})

describe('of what passes and nothing handles yet', () => {
  test.each<[EventName, string, Image?]>([
    ['MODIFY', 'Message', text],
    ['MODIFY', 'Membership'],
    ['INSERT', 'ChatRoom'],
    ['INSERT', 'RoomState'],
    ['MODIFY', 'RoomState'],
    ['INSERT', 'Reaction'],
    ['REMOVE', 'Reaction'],
    ['INSERT', 'Present'],
    ['MODIFY', 'Present'],
    ['REMOVE', 'Present'],
    ['MODIFY', 'ChatRoomDetails'],
  ])('the %s of a %s means nothing', (eventName, entity, more) => {
    const passed = recordOf(eventName, image(entity, more))
    expect(passes(passed)).toBe(true)
    expect(changeOf(passed)).toBeUndefined()
  })
})
