import { describe, expect, test } from 'vitest'
import { compileFilters } from '../../../local/event-source-mapping/filter-pattern.ts'
import { loadStack } from '../../../terraform/stack.ts'

const record = {
  eventName: 'INSERT',
  dynamodb: {
    SizeBytes: 100,
    Keys: { pk: { S: 'ROOM#1' }, sk: { S: 'MSG#7' } },
    NewImage: {
      Name: { S: 'Ada' },
      Empty: { S: '' },
      Age: { N: '36' },
      Live: { BOOL: true },
      Nothing: { NULL: true },
      Tags: { SS: ['red', 'green'] },
      List: { L: [{ S: 'x' }, { N: '1' }] },
      Map: { M: { inner: { S: 'deep' } } },
    },
  },
  userIdentity: null,
}
const image = (NewImage: object) => ({ dynamodb: { NewImage } })

describe('a filter pattern', () => {
  test.each<[what: string, pattern: object, passes: boolean]>([
    ['an exact string', image({ Name: { S: ['Ada'] } }), true],
    ['another string', image({ Name: { S: ['ada'] } }), false],
    ['one of several strings', image({ Name: { S: ['Bob', 'Ada'] } }), true],
    ['an attribute without its type tag', image({ Name: ['Ada'] }), false],
    ['an attribute with another type tag', image({ Name: { N: ['Ada'] } }), false],
    ['an empty string', image({ Empty: { S: [''] } }), true],
    ['an empty string that is not', image({ Name: { S: [''] } }), false],
    ['a missing attribute', image({ Other: { S: ['Ada'] } }), false],
    ['two keys of which both match', image({ Name: { S: ['Ada'] }, Age: { N: ['36'] } }), true],
    ['two keys of which one matches', image({ Name: { S: ['Ada'] }, Age: { N: ['37'] } }), false],
    ['an event name', { eventName: ['INSERT', 'MODIFY'] }, true],
    ['another event name', { eventName: ['REMOVE'] }, false],
    ['an event name and a key', { eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['MSG#7'] } } } }, true],
    ['the image that this event has not', { dynamodb: { OldImage: { Name: { S: ['Ada'] } } } }, false],
    ['a number as its string', image({ Age: { N: ['36'] } }), true],
    ['a number as a number', image({ Age: { N: [36] } }), false],
    ['a plain number', { dynamodb: { SizeBytes: [100] } }, true],
    ['a boolean', image({ Live: { BOOL: [true] } }), true],
    ['the other boolean', image({ Live: { BOOL: [false] } }), false],
    ['a NULL attribute', image({ Nothing: { NULL: [true] } }), true],
    ['null', { userIdentity: [null] }, true],
    ['null for what is missing', { eventID: [null] }, false],
    ['exists on a leaf', image({ Name: { S: [{ exists: true }] } }), true],
    ['exists on a missing leaf', image({ Other: { S: [{ exists: true }] } }), false],
    ['exists on an attribute, which is no leaf', image({ Name: [{ exists: true }] }), false],
    ['exists false on a missing attribute', image({ Other: [{ exists: false }] }), true],
    ['exists false on the leaf of a missing attribute', image({ Other: { S: [{ exists: false }] } }), true],
    ['exists false within a missing image', { dynamodb: { OldImage: { Name: { S: [{ exists: false }] } } } }, true],
    ['exists false on what is there', image({ Name: { S: [{ exists: false }] } }), false],
    ['an element of a set', image({ Tags: { SS: ['green'] } }), true],
    ['no element of a set', image({ Tags: { SS: ['blue'] } }), false],
    ['an element of a list', image({ List: { L: { S: ['x'] } } }), true],
    ['no element of a list', image({ List: { L: { S: ['y'] } } }), false],
    ['a value within a map', image({ Map: { M: { inner: { S: ['deep'] } } } }), true],
  ])('on %s', (_what, pattern, passes) => {
    expect(compileFilters([pattern])(record)).toBe(passes)
  })
})

test('one pattern of several is enough', () => {
  const passes = compileFilters([{ eventName: ['REMOVE'] }, { eventName: ['INSERT'] }])
  expect(passes({ eventName: 'INSERT' })).toBe(true)
  expect(passes({ eventName: 'MODIFY' })).toBe(false)
})

test('no patterns let everything pass', () => {
  expect(compileFilters([])({ eventName: 'MODIFY' })).toBe(true)
})

test.each<[what: string, pattern: object, message: RegExp]>([
  ['a bare value', { eventName: 'INSERT' }, /object with keys/],
  ['an empty array', { eventName: [] }, /empty array/],
  ['an empty object', { dynamodb: {} }, /object with keys/],
  ['an operator other than exists', { eventName: [{ prefix: 'IN' }] }, /only the operator exists/],
  ['two operators', { eventName: [{ exists: true, prefix: 'a' }] }, /only the operator exists/],
  ['exists of a string', { eventName: [{ exists: 'true' }] }, /true or false/],
  ['an array in an array', { eventName: [['INSERT']] }, /within an array/],
  ['$or', { $or: [] }, /\$or takes an array of patterns/],
  ['$or', { $or: { eventName: ['INSERT'] } }, /\$or takes an array of patterns/],
])('a pattern with %s is refused', (_what, pattern, message) => {
  expect(() => compileFilters([pattern])).toThrow(message)
})

test("stack.json's patterns can be read and let a message pass", () => {
  const passes = compileFilters(loadStack().stream.filters)
  const of = (eventName: string, kind: string) => ({
    eventName,
    dynamodb: { NewImage: { __edb_e__: { S: 'Message' }, Kind: { S: kind } } },
  })
  expect(passes(of('INSERT', 'text'))).toBe(true)
  expect(passes(of('REMOVE', 'text'))).toBe(false)
  expect(passes(of('INSERT', 'file'))).toBe(false)
})
