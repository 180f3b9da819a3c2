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
  ['`https://example.com/x`', ['https://example.com/x']],
  ['|https://example.com/x|', ['https://example.com/x']],
  ['https://my_host.example:8080/?q=1', ['https://my_host.example:8080/?q=1']],
  ['http://localhost:8080/x and https://[::1]/', ['http://localhost:8080/x', 'https://[::1]/']],
  ['see www.example.com/a, please', ['http://www.example.com/a']],
  ['write to bob@example.com.', ['mailto:bob@example.com']],
])('finds the addresses in %j', (content, hrefs) => {
  expect(hrefsIn(content)).toEqual(hrefs)
})

test.each([
  ['请看https://example.com/a', ['https://example.com/a']],
  ['见：https://example.com，然后继续', ['https://example.com/']],
  ['https://example.com/a。谢谢', ['https://example.com/a']],
  ['（见 https://example.com/a）', ['https://example.com/a']],
  ['「https://example.com/a」と', ['https://example.com/a']],
  ['https://example.com/a？b', ['https://example.com/a']],
  ['https://example.com然后继续', ['https://example.com/']],
  ['サーバーhttps://example.com/をご覧', [`https://example.com/${encodeURIComponent('をご覧')}`]],
  ['서버https://example.com/a, 봐', ['https://example.com/a']],
  ['ดูที่https://example.com/a', ['https://example.com/a']],
  ['邮箱bob@example.com，谢谢', ['mailto:bob@example.com']],
  ['bob@example.com然后', ['mailto:bob@example.com']],
  ['https://a.example、https://b.example', ['https://a.example/', 'https://b.example/']],
  ['https://a.example/\u200bhttps://b.example/', ['https://a.example/', 'https://b.example/']],
  ['https://ja.wikipedia.org/wiki/ア・イ', [`https://ja.wikipedia.org/wiki/${encodeURIComponent('ア・イ')}`]],
])('finds addresses without blanks around them: %j', (content, hrefs) => {
  expect(hrefsIn(content)).toEqual(hrefs)
})

test.each([
  ["https://en.wikipedia.org/wiki/Rubik's_Cube", ["https://en.wikipedia.org/wiki/Rubik's_Cube"]],
  ["see 'https://example.com/a' there", ['https://example.com/a']],
  ["https://example.com's page", ['https://example.com/']],
  ['‘https://example.com/a’', ['https://example.com/a']],
  ['https://fr.wikipedia.org/wiki/L’Art', [`https://fr.wikipedia.org/wiki/L${encodeURIComponent('’')}Art`]],
  [
    'https://fa.wikipedia.org/wiki/می\u200cخواهم',
    [`https://fa.wikipedia.org/wiki/${encodeURIComponent('می\u200cخواهم')}`],
  ],
  ['https://example.com/a\u200cb', ['https://example.com/a']],
  ['https://example.com/Bose–Einstein', [`https://example.com/Bose${encodeURIComponent('–')}Einstein`]],
])('keeps apostrophes, dashes and joiners within an address, not those around it: %j', (content, hrefs) => {
  expect(hrefsIn(content)).toEqual(hrefs)
})

test.each([
  ['https://аpple.com/login', 'https://xn--pple-43d.com/login'],
  ['https://пример.com', 'https://xn--e1afmkfd.com'],
  ['https://ελλάδα.gr', 'https://xn--hxakic4aa.gr'],
  ['https://gооgle.example:8080/', 'https://xn--ggle-55da.example:8080/'],
  ['https://ｅxample.com/', 'https://example.com/'],
  ['bob@аpple.com', 'bob@xn--pple-43d.com'],
  ['https://пример.рф/путь', 'https://пример.рф/путь'],
  ['https://日本語.jp/', 'https://日本語.jp/'],
  ['https://münchen.de/straße', 'https://münchen.de/straße'],
  ['https://www.example.com/аpple', 'https://www.example.com/аpple'],
])('shows the host of %s so that it can’t be taken for another: %s', (content, shown) => {
  expect(splitLinks(content)).toMatchObject([{ kind: 'link', text: content, shown }])
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
  'www.',
  'main.rs, install.sh and example.com',
  'ftp://www.example.com@evil.example',
  'bob@example',
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
      for (const href of hrefsIn(text)) expect(href).toMatch(/^(https?:\/\/|mailto:)[^\s<>"]+$/)
    }),
  )
})

test.each([
  ['brackets', `https://a.example${')'.repeat(16_000)}`, 'https://a.example/'],
  ['full stops', `https://a.example${'.'.repeat(16_000)}`, 'https://a.example/'],
  ['open brackets', `https://a.example/x ${'([{'.repeat(5_000)}`, 'https://a.example/x'],
  ['dots in a host', `https://a.example/ https://${'a.'.repeat(8_000)}`, 'https://a.example/'],
  ['at signs', `https://a.example/ ${'a@'.repeat(8_000)}`, 'https://a.example/'],
  ['pairs', `https://a.example/${'()'.repeat(8_000)}`, `https://a.example/${'()'.repeat(8_000)}`],
])('finds the address before 16,000 %s', (_what, content, href) => {
  expect(hrefsIn(content)).toEqual([href])
})
