import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitLinks } from '../../web/src/text/links.ts'

const hrefsIn = (content: string) => splitLinks(content).flatMap((part) => (part.kind === 'link' ? [part.href] : []))

test.each([
  ['https://example.com', ['https://example.com/']],
  ['see http://example.com/a?b=c#d, please', ['http://example.com/a?b=c#d']],
  ['(https://en.wikipedia.org/wiki/A_(b))', ['https://en.wikipedia.org/wiki/A_(b)']],
  ['Is it https://example.com/x?!', ['https://example.com/x']],
  ['*https://example.com/bold*', ['https://example.com/bold']],
  ['two: https://a.example and https://b.example.', ['https://a.example/', 'https://b.example/']],
  ['HTTPS://EXAMPLE.COM/A', ['https://example.com/A']],
  ['https://example.com/ä/日本', ['https://example.com/%C3%A4/%E6%97%A5%E6%9C%AC']],
])('finds the addresses in %j', (content, hrefs) => {
  expect(hrefsIn(content)).toEqual(hrefs)
})

test.each([
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'ftp://example.com',
  'blob:https:x',
  'https://',
  'http://.',
  'https://[',
  'xhttps://example.com',
  '//example.com',
  'www.example.com',
  'https://bank.example@evil.example/login',
  'https://user:pass@example.com',
])('makes no link of %j', (content) => {
  expect(hrefsIn(content)).toEqual([])
})

test('ends an address where text begins to run backwards, or a tag would', () => {
  expect(hrefsIn('https://example.com/\u202Egpj.exe')).toEqual(['https://example.com/'])
  expect(hrefsIn('https://example.com/"onmouseover="alert(1)')).toEqual(['https://example.com/'])
  expect(hrefsIn('https://example.com/<script>')).toEqual(['https://example.com/'])
})

test('shows what was written, letter by letter, and links nothing but the web', () => {
  const pieces = fc.constantFrom(
    'https://',
    'http://a.b/',
    'javascript:',
    '(',
    ')',
    '@',
    ' ',
    '\n',
    '<b>',
    '"',
    '\u202E',
    'x.',
    '[',
    '%zz',
    ':99999',
    '🎉',
  )
  const content = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 })
  fc.assert(
    fc.property(content, (parts) => {
      const text = parts.join('')
      const split = splitLinks(text)
      expect(split.map((part) => part.text).join('')).toBe(text)
      for (const href of hrefsIn(text)) expect(href).toMatch(/^https?:\/\/[^\s<>"']+$/)
    }),
  )
})

test.each([
  ['brackets', `https://a.example${')'.repeat(16_000)}`, 'https://a.example/'],
  ['full stops', `https://a.example${'.'.repeat(16_000)}`, 'https://a.example/'],
  ['pairs', `https://a.example/${'()'.repeat(8_000)}`, `https://a.example/${'()'.repeat(8_000)}`],
])('finds the address before 16,000 %s', (_what, content, href) => {
  expect(hrefsIn(content)).toEqual([href])
})
