import { describe, expect, test } from 'vitest'
import { wordsIn, wordsOf } from '../../src/search/words-of.ts'

const tokens = (text: string) => wordsOf(text).map(({ token }) => token)

describe('the words of a text', () => {
  test.each([
    ['Hello, WORLD!', ['hello', 'world']],
    ['Café Zoë naïve Ångström', ['cafe', 'zoe', 'naive', 'angstrom']],
    ['Cafe\u0301', ['cafe']],
    ['ＡＢＣ ﬁne ①②', ['abc', 'fine', '12']],
    ['Ёлка İstanbul Άγιος', ['елка', 'istanbul', 'αγιος']],
    ["don't snake_case example.com a@b.org v1.25", ['don', 'snake', 'case', 'example', 'com', 'org', 'v1', '25']],
    ['a b c 1 - … 🙂', []],
    ['', []],
    ['שָׁלוֹם مَرْحَبًا', ['שלום', 'مرحبا']],
    ['हिन्दी', ['हिन्दी']],
  ])('%s', (text, expected) => {
    expect(tokens(text)).toEqual(expected)
  })

  test('of Chinese, Japanese and Korean are every two neighbours, also next to other scripts', () => {
    expect(tokens('東京都に行く')).toEqual(['東京', '京都', '都に', 'に行', '行く'])
    expect(tokens('今日はReact勉強')).toEqual(['今日', '日は', 'react', '勉強'])
    expect(tokens('ｶﾞｲﾄﾞ')).toEqual(['ガイ', 'イド'])
    expect(tokens('안녕하세요')).toEqual(['안녕', '녕하', '하세', '세요'])
    expect(tokens('猫')).toEqual([])
  })

  test('of a script without blanks are those of the dictionary', () => {
    const words = tokens('สวัสดีครับ')
    expect(words.length).toBeGreaterThan(1)
    expect(words.join('')).toBe('สวัสดีครับ')
  })

  test('are different ones, 60 at most, each as it is written first and no longer than 32 characters', () => {
    expect(wordsOf('Résumé resume RESUME')).toEqual([{ token: 'resume', written: 'Résumé' }])
    const many = Array.from({ length: 70 }, (_, i) => `word${i}`)
    expect(tokens(many.join(' '))).toEqual(many.slice(0, 60))
    expect(wordsOf('x'.repeat(40))).toEqual([{ token: 'x'.repeat(32), written: 'x'.repeat(40) }])
    expect(tokens('𝒜'.repeat(2))).toEqual(['aa'])
    expect(tokens('𐐨'.repeat(40))).toEqual(['𐐨'.repeat(32)])
  })
})

test('a file is found by its name too', () => {
  expect(wordsIn({ content: 'the plan', fileName: 'Q3_report.pdf' }).map(({ token }) => token)).toEqual([
    'the',
    'plan',
    'q3',
    'report',
    'pdf',
  ])
})
