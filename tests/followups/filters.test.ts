import { describe, expect, test } from 'vitest'
import { compileFilters } from '../../local/event-source-mapping/filter-pattern.ts'
import { presenceOffIn } from '../../src/followups/presence-off.ts'
import { departureOf, mentionWorkOf, movesOf, threadWorkOf } from '../../src/followups/talk-of.ts'
import { loadStack } from '../../terraform/stack.ts'
import { type Image, recordOf } from '../streams/records.ts'

const stack = loadStack()
const { filters } = stack.followups
const passes = compileFilters(filters)

const room = { ChatRoomId: { S: 'general' }, MessageId: { S: '0000000000000002' }, Timestamp: { N: '7' } }
const message = (more: Image = {}): Image => ({ __edb_e__: { S: 'Message' }, Kind: { S: 'text' }, ...room, ...more })
const reply = message({ ThreadId: { S: '0000000000000001' } })
const mention = (...userIds: string[]) => message({ Mentions: { S: JSON.stringify(userIds) }, EditedAt: { N: '8' } })
const deleted = (image: Image): Image => ({ ...image, Kind: { S: 'deleted' } })

test('there are no more than a mapping has without a raised quota, also with the bus and with search', () => {
  for (const some of [filters, stack.bus.filters]) {
    expect([...some, ...stack.search.filters].length).toBeLessThanOrEqual(5)
  }
})

describe('with search', () => {
  const passesToIndex = compileFilters(stack.search.filters)
  const imported = { Imported: { BOOL: true } }

  test.each([
    ['a message', message()],
    ['a file', message({ Kind: { S: 'file' } })],
    ['an imported message', message(imported)],
  ])('%s is read', (_what, image) => {
    expect(passesToIndex(recordOf('INSERT', image))).toBe(true)
  })

  test.each([
    ['a hole', message({ Kind: { S: 'hole' } })],
    ['a posting', { __edb_e__: { S: 'Posting' } }],
    ['a membership', { __edb_e__: { S: 'Membership' } }],
  ])('%s is not', (_what, image: Image) => {
    expect(passesToIndex(recordOf('INSERT', image))).toBe(false)
  })
})

describe('the function that follows', () => {
  test.each([
    ['a reply', recordOf('INSERT', reply)],
    ['a message with mentions', recordOf('INSERT', mention('bob'))],
    ['an edit', recordOf('MODIFY', mention('bob'), message())],
    ['a deletion', recordOf('MODIFY', deleted(message()), message())],
    ['a message that TTL took', recordOf('REMOVE', message())],
    ['a membership', recordOf('INSERT', { __edb_e__: { S: 'Membership' } })],
    ['the end of a membership', recordOf('REMOVE', { __edb_e__: { S: 'Membership' } })],
    ['the first settings of a room', recordOf('INSERT', { __edb_e__: { S: 'ChatRoomDetails' } })],
    ['other settings of a room', recordOf('MODIFY', { __edb_e__: { S: 'ChatRoomDetails' } })],
  ])('receives %s', (_what, record) => {
    expect(passes(record)).toBe(true)
  })

  test.each([
    ['a message', recordOf('INSERT', message())],
    ['reactions to a message', recordOf('MODIFY', message({ Version: { N: '1' } }), message())],
    ['an imported reply', recordOf('INSERT', { ...reply, Imported: { BOOL: true } })],
    ['an imported message with mentions', recordOf('INSERT', { ...mention('bob'), Imported: { BOOL: true } })],
    ['a founding member', recordOf('INSERT', { __edb_e__: { S: 'Membership' }, Founding: { BOOL: true } })],
    ['a reaction', recordOf('REMOVE', { __edb_e__: { S: 'Reaction' } })],
  ])('is not invoked for %s', (_what, record) => {
    expect(passes(record)).toBe(false)
  })
})

test.each(['Message', 'Membership', 'ChatRoom', 'ChatRoomDetails', 'Audit'])(
  'the bus is not told of an imported %s',
  (entity) => {
    const passesToBus = compileFilters(stack.bus.filters)
    const image: Image = { __edb_e__: { S: entity } }
    expect(passesToBus(recordOf('INSERT', image))).toBe(true)
    expect(passesToBus(recordOf('INSERT', { ...image, Imported: { BOOL: true } }))).toBe(false)
  },
)

test('the bus is told of an erasure, and of no other change of a user', () => {
  const passesToBus = compileFilters(stack.bus.filters)
  const user: Image = { __edb_e__: { S: 'User' }, ErasedAt: { N: '7' } }
  const record = { ...user, ErasedAs: { S: 'erased-1' } }
  expect(passesToBus(recordOf('INSERT', record))).toBe(true)
  expect(passesToBus(recordOf('MODIFY', record, user))).toBe(true)
  expect(passesToBus(recordOf('INSERT', { ...record, Imported: { BOOL: true } }))).toBe(false)
  for (const name of ['INSERT', 'MODIFY'] as const) expect(passesToBus(recordOf(name, user))).toBe(false)
})

describe('what a record means', () => {
  const thread = { chatRoomId: 'general', threadId: '0000000000000001' }

  test('for a thread: a reply that came or went, and a root that is another row', () => {
    const of = { ...thread, replyId: '0000000000000002' }
    expect(threadWorkOf(recordOf('INSERT', reply))).toEqual(of)
    expect(threadWorkOf(recordOf('REMOVE', reply))).toEqual(of)
    expect(threadWorkOf(recordOf('MODIFY', deleted(reply), reply))).toEqual(of)
    expect(threadWorkOf(recordOf('MODIFY', reply, reply))).toBeUndefined()
    const root = message({ Thread: { M: {} } })
    expect(threadWorkOf(recordOf('MODIFY', deleted(root), root))).toEqual({ ...thread, threadId: '0000000000000002' })
    // The deletion has read the root before its first reply was counted.
    expect(threadWorkOf(recordOf('MODIFY', deleted(message()), root))).toEqual({
      ...thread,
      threadId: '0000000000000002',
    })
    expect(threadWorkOf(recordOf('MODIFY', root, root))).toBeUndefined()
  })

  test('for mentions: those that came or went, and no others', () => {
    const of = (...named: string[]) => ({ chatRoomId: 'general', messageId: '0000000000000002', timestamp: 7, named })
    expect(mentionWorkOf(recordOf('INSERT', mention('bob')))).toEqual(of('bob'))
    expect(mentionWorkOf(recordOf('MODIFY', mention('bob', 'cleo'), mention('bob', 'ada')))).toEqual(of('cleo', 'ada'))
    expect(mentionWorkOf(recordOf('MODIFY', deleted(message()), mention('bob')))).toEqual(of('bob'))
    expect(mentionWorkOf(recordOf('REMOVE', mention('bob')))).toEqual(of('bob'))
    expect(mentionWorkOf(recordOf('MODIFY', mention('bob'), mention('bob')))).toBeUndefined()
    expect(mentionWorkOf(recordOf('INSERT', message()))).toBeUndefined()
  })

  test('for a room: that it shows nobody from now on', () => {
    const details = (settings?: object): Image => ({
      ...{ __edb_e__: { S: 'ChatRoomDetails' }, ChatRoomId: { S: 'general' } },
      ...(settings && { Settings: { S: JSON.stringify(settings) } }),
    })
    const off = details({ presence: false })
    expect(presenceOffIn(recordOf('INSERT', off))).toBe('general')
    expect(presenceOffIn(recordOf('MODIFY', off, details()))).toBe('general')
    expect(presenceOffIn(recordOf('MODIFY', off, details({ presence: true })))).toBe('general')
    expect(presenceOffIn(recordOf('MODIFY', off, off))).toBeUndefined()
    expect(presenceOffIn(recordOf('MODIFY', details({ presence: true }), off))).toBeUndefined()
    expect(presenceOffIn(recordOf('REMOVE', off))).toBeUndefined()
    expect(presenceOffIn(recordOf('INSERT', message()))).toBeUndefined()
    const nameless = { __edb_e__: { S: 'ChatRoomDetails' }, Settings: off.Settings! }
    expect(() => presenceOffIn(recordOf('INSERT', nameless))).toThrow('the room has no key')
  })

  test('for the number of members: who joined or left, and that the details were changed', () => {
    const of = (entity: string, more: Image = {}): Image => ({
      ...{ __edb_e__: { S: entity }, ChatRoomId: { S: 'general' } },
      ...more,
    })
    const moves = (joined: number, left: number) => ({ chatRoomId: 'general', joined, left })
    expect(movesOf(recordOf('INSERT', of('Membership')))).toEqual(moves(1, 0))
    expect(movesOf(recordOf('REMOVE', of('Membership', { Founding: { BOOL: true } })))).toEqual(moves(0, 1))
    expect(movesOf(recordOf('INSERT', of('Membership', { Founding: { BOOL: true } })))).toBeUndefined()
    expect(movesOf(recordOf('MODIFY', of('Membership'), of('Membership')))).toBeUndefined()
    const details = (version: string) => of('ChatRoomDetails', { Version: { N: version } })
    expect(movesOf(recordOf('MODIFY', details('1'), details('0')))).toEqual(moves(0, 0))
    expect(movesOf(recordOf('INSERT', details('1')))).toEqual(moves(0, 0))
    expect(movesOf(recordOf('MODIFY', details('1'), details('1')))).toBeUndefined()
    expect(movesOf(recordOf('INSERT', details('0')))).toBeUndefined()
    expect(movesOf(recordOf('REMOVE', details('1')))).toBeUndefined()
    expect(() => movesOf(recordOf('INSERT', { __edb_e__: { S: 'Membership' } }))).toThrow('it has no key')
  })

  test('for a member: that they have left', () => {
    const membership: Image = { __edb_e__: { S: 'Membership' }, ChatRoomId: { S: 'general' }, UserId: { S: 'bob' } }
    expect(departureOf(recordOf('REMOVE', membership))).toEqual({ chatRoomId: 'general', userId: 'bob' })
    expect(departureOf(recordOf('INSERT', membership))).toBeUndefined()
    expect(() => departureOf(recordOf('REMOVE', { __edb_e__: { S: 'Membership' } }))).toThrow('it has no key')
  })
})
