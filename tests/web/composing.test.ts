import { expect, test } from 'vitest'
import { hasFormatting } from '../../web/src/text/has-formatting.ts'
import { isOnlyEmoji } from '../../web/src/text/only-emoji.ts'
import { pastedCode } from '../../web/src/text/pasted-code.ts'

test.each([
  ['🎉', true],
  ['👍🏽 ❤️ 👨‍👩‍👧‍👦 🇫🇷 1️⃣', true],
  ['🎉🎉🎉🎉🎉🎉🎉🎉', true],
  ['🎉🎉🎉🎉🎉🎉🎉🎉🎉', false],
  ['1', false],
  ['#*', false],
  ['🎉!', false],
  ['', false],
  ['™', false],
])('%j is shown large: %s', (content, expected) => {
  expect(isOnlyEmoji(content)).toBe(expected)
})

test.each([
  ['**bold**', true],
  ['- one\n- two', true],
  ['`code`', true],
  ['> said', true],
  ['plain text, 2 * 3 * 4', false],
  ['two\nlines', false],
  ['snake_case_name', false],
])('%j looks different when it is sent: %s', (text, expected) => {
  expect(hasFormatting(text)).toBe(expected)
})

const pasted = (text: string, more: Record<string, string> = {}) => ({
  types: ['text/plain', ...Object.keys(more)],
  getData: (format: string) => (format === 'text/plain' ? text : (more[format] ?? '')),
})
const CODE = 'function add(a, b) {\n  return a + b\n}'

test('pasted code becomes a block, with its lines and indents', () => {
  expect(pastedCode(pasted(CODE), '')).toBe(`\`\`\`\n${CODE}\n\`\`\`\n`)
  expect(pastedCode(pasted(`\r\n${CODE.replaceAll('\n', '\r\n')}\r\n`), 'See')).toBe(`\n\`\`\`\n${CODE}\n\`\`\`\n`)
  expect(pastedCode(pasted('a b\nc d', { 'vscode-editor-data': '{}' }), '')).toBe('```\na b\nc d\n```\n')
  expect(pastedCode(pasted('a b\nc d', { 'text/html': '<pre>a b\nc d</pre>' }), '')).toBe('```\na b\nc d\n```\n')
})

test.each([
  ['a line', pasted('const a = 1;'), ''],
  ['what people say', pasted('Dear all,\nhere is the plan.\nFirst we eat;\nthen we talk.'), ''],
  ['what goes into a block', pasted(CODE), '```\n'],
  ['a block', pasted(`\`\`\`\n${CODE}\n\`\`\``), ''],
])('%s is pasted as it is', (_what, clipboard, before) => {
  expect(pastedCode(clipboard, before)).toBeUndefined()
})
