import { expect, test } from 'vitest'
import { failedFrom } from '../../../local/event-source-mapping/batch-response.ts'

const failures = (...identifiers: unknown[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
})

test.each<[what: string, response: unknown, expected: ReturnType<typeof failedFrom>]>([
  ['nothing', undefined, 'none'],
  ['null', null, 'none'],
  ['an empty object', {}, 'none'],
  ['a null list', { batchItemFailures: null }, 'none'],
  ['an empty list', failures(), 'none'],
  ['one number', failures('12'), 1],
  ['the numbers out of order', failures('13', '12'), 1],
  ['the first number', failures('11'), 0],
  ['an empty identifier', failures(''), 'whole'],
  ['a null identifier', failures(null), 'whole'],
  ['an unknown identifier', failures('99'), 'whole'],
  ['a known and an unknown identifier', failures('12', '99'), 'whole'],
  ['a wrong key', { batchItemFailures: [{ id: '12' }] }, 'whole'],
  ['a null failure', { batchItemFailures: [null] }, 'whole'],
  ['failures that are no list', { batchItemFailures: 'x' }, 'whole'],
])('an answer with %s', (_what, response, expected) => {
  expect(failedFrom(response, ['11', '12', '13'])).toBe(expected)
})
