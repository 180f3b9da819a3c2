import { describe, expect, test } from 'vitest'
import { type Piece, piecesOf, plainTextOf } from '../../web/src/text/markdown.ts'

/** Returns the pieces as short marks: bold text is `b(…)`. */
const brief = (pieces: readonly Piece[]): string => pieces.map(mark).join('')

function mark(piece: Piece): string {
  switch (piece.kind) {
    case 'text':
      return piece.text
    case 'code':
      return `code(${piece.text})`
    case 'code-block':
      return `block(${piece.text})`
    case 'list':
      return `${piece.start === undefined ? 'ul' : `ol${piece.start}`}(${piece.items.map(brief).join('|')})`
    case 'link':
      return `link(${brief(piece.pieces)} -> ${piece.href})`
    default:
      return `${{ strong: 'b', emphasis: 'i', struck: 's', quote: 'q', paragraph: 'p' }[piece.kind]}(${brief(piece.pieces)})`
  }
}

describe('of Markdown', () => {
  test.each([
    ['a **b** _c_ ~~d~~ `e`', 'p(a b(b) i(c) s(d) code(e))'],
    ['one\ntwo', 'p(one\ntwo)'],
    ['one\n\ntwo', 'p(one)p(two)'],
    ['- a\n- b\n  1. c', 'ul(a|bol1(c))'],
    ['7. a\n8. b', 'ol7(a|b)'],
    ['> so\n\nno', 'q(p(so))p(no)'],
    ['so:\n```ts\nlet a = 1\n\nlet b\n```\nok?', 'p(so:)block(let a = 1\n\nlet b)p(ok?)'],
    ['[here](https://example.com/a)', 'p(link(here -> https://example.com/a))'],
    ['\\*as it is\\*', 'p(*as it is*)'],
  ])('%j is shown formatted', (content, expected) => {
    expect(brief(piecesOf(content))).toBe(expected)
  })

  test.each([
    '<b>bold</b> <img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '<!-- hidden -->',
    '# Title',
    'Title\n---',
    '| a | b |\n|---|---|\n| 1 | 2 |',
    '![picture](https://example.com/a.png)',
    '[here](javascript:alert(1))',
    '[here](data:text/html,x)',
    '[here]: https://example.com',
    '    indented',
    '- [ ] to do',
    '&lt;b&gt; &amp;',
    'snake_case_name, 5 * 3 * 2, **open',
    'https://example.com/_a_/*b*',
    '*'.repeat(20),
  ])('%j is shown as it was written', (content) => {
    expect(brief(piecesOf(content))).toBe(`p(${content})`)
  })

  test('what it says without formatting is one line', () => {
    const content = '**Has** `x`\n\n- a _b_\n- c\n\n> [said](https://a.b)\n\n```ts\n1\n```'
    expect(plainTextOf(content)).toBe('Has x a b c said 1')
  })

  test('quotes and lists in each other without end are text', () => {
    const content = '>'.repeat(16_000)
    expect(piecesOf(content)).toEqual([{ kind: 'text', text: content }])
  })

  test.each([
    ...[
      '>',
      '- ',
      '> - ',
      '1. ',
      '[',
      '![[',
      '[a](',
      '](',
      '_a',
      'a*',
      '*a **b ',
      '*a **b',
      '**',
      '~~',
      '<',
      '\\\\',
      '|',
      ' ',
    ],
    ...['`', '```', '``', '```\n', '`a', '\n```', 'http://a.b/', '@', '\n'],
  ])('16,000 characters of %j are taken apart in no time', (piece) => {
    const before = process.cpuUsage()
    piecesOf(piece.repeat(16_000 / piece.length))
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(1_000)
  })
})
