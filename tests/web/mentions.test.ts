import { expect, test } from 'vitest'
import { mentionBeing, mentionsIn } from '../../web/src/text/mentions.ts'

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
