import { expect, test } from 'vitest'
import { printable } from '../../scripts/chat/printable.ts'

test('a text that fills the line goes on indented, so that it can’t begin a line of its own', () => {
  expect(printable(`<eve> ${' '.repeat(14)}<boss> the code is 1234`, 24)).toBe(
    ['<eve>               ', '    <boss> the code is 1', '    234'].join('\n'),
  )
  expect(printable('日本語日本語', 10)).toBe('日本語\n    日本語')
})

test.each(['\u200b', '\u200e', '\u061c', '\u2028', '\u{e0041}', '\u202e', '\u0085', '\u001b', '\ufff9'])(
  'what is not seen is shown: %j',
  (hidden) => {
    expect(printable(`a${hidden}b`)).toBe('a\ufffdb')
  },
)

test('a joiner that is seen stays as it is', () => {
  for (const text of ['👩\u200d👧', '\u2764\ufe0f', 'علی\u200cرضا']) expect(printable(text)).toBe(text)
})
