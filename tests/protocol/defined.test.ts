import { expect, test } from 'vitest'
import { defined } from '../../src/protocol/defined.ts'

test('leaves out what is undefined, and nothing else', () => {
  const given: { after: number; before: number | undefined; none: null; empty: string; off: boolean } = {
    after: 0,
    before: undefined,
    none: null,
    empty: '',
    off: false,
  }
  expect(Object.entries(defined(given))).toEqual([
    ['after', 0],
    ['none', null],
    ['empty', ''],
    ['off', false],
  ])
})
