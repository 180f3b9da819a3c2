import { expect, test } from 'vitest'
import { mentionBeing, mentionedIn, mentionsIn } from '../../web/src/text/mentions.ts'

test.each([
  ['@bob', ['bob']],
  ['hi @bob, and @ada!', ['bob', 'ada']],
  ['@bobby is not there', []],
  ['mail bob@bob', []],
  ['@bob b is longer', ['bob b']],
  ['@Bob', []],
  ['(@ada)', ['ada']],
])('in %j %j are named', (text, expected) => {
  expect(mentionsIn(text, ['bob', 'bob b', 'ada']).map(({ userId }) => userId)).toEqual(expected)
})

test.each([
  ['@', { start: 0, query: '' }],
  ['hi @bo', { start: 3, query: 'bo' }],
  ['a@bo', undefined],
  ['@bob ma', { start: 0, query: 'bob ma' }],
  ['@ bob', undefined],
  ['@bob\nx', undefined],
  ['no', undefined],
])('in %j %j is being written', (text, expected) => {
  expect(mentionBeing(text, text.length)).toEqual(expected)
})

test.each([
  ['@bob @room @bob', true, { mentions: ['bob'], mentionRoom: true }],
  ['@bob @room', false, { mentions: ['bob'], mentionRoom: false }],
  ['@rooms', true, { mentions: [], mentionRoom: false }],
])('%j of one who may (%j) mention everybody mentions %j', (text, mayNameRoom, expected) => {
  expect(mentionedIn(text, ['bob', 'ada'], mayNameRoom)).toEqual(expected)
})

test('a user called room is mentioned as a user only where everybody can not be', () => {
  expect(mentionedIn('@room', ['room'], false)).toEqual({ mentions: ['room'], mentionRoom: false })
})

test('of more than 50 users, the first 50 are mentioned, which is all that the server takes', () => {
  const userIds = Array.from({ length: 60 }, (_, i) => `user-${i}`)
  const text = userIds.map((id) => `@${id}`).join(' ')
  expect(mentionedIn(text, userIds, true).mentions).toEqual(userIds.slice(0, 50))
})
