import { expect, test } from 'vitest'
import { short, table, withBlock } from '../../scripts/shared/markdown.ts'

test.each([
  [null, '–'],
  [0, '0'],
  [0.012345, '0.0123'],
  [123_456, '123,000'],
])('%s is told as %s', (value, told) => {
  expect(short(value)).toBe(told)
})

test('a table has its first column to the left and its figures to the right', () => {
  expect(table(['way', 'posts'], [['ours', '1']])).toBe('| way | posts |\n| :-- | --: |\n| ours | 1 |')
})

test('a block replaces what stands between its own marks, and nothing else', () => {
  const document = '# Title\n\n<!-- a:start -->\nold\n<!-- a:end -->\n\n<!-- b:start -->\nkept\n<!-- b:end -->\n'
  const written = '# Title\n\n<!-- a:start -->\n\nnew\n\n<!-- a:end -->\n\n<!-- b:start -->\nkept\n<!-- b:end -->\n'
  expect(withBlock(document, 'a', 'new')).toBe(written)
  expect(withBlock(written, 'a', 'new')).toBe(written)
  expect(() => withBlock(document, 'c', 'new')).toThrow('the document has no block c')
})
