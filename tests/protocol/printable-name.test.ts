import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPrintableName, printableName, showsNothing } from '../../src/protocol/printable-name.ts'

const printable: Record<string, string> = {
  letters: 'ada',
  'other letters': 'Zoë Ширяева 木村',
  'letters from right to left': 'שלום',
  'a Persian name with a non-joiner': 'علی\u200cرضا',
  'a Hindi conjunct with a joiner': 'क\u094d\u200dष',
  'a Malayalam word that ends with a joiner': 'അവന\u0d4d\u200d',
  'a Sinhala conjunct': 'ශ\u0dca\u200dරී',
  'a variant of a Han character': '葛\u{e0100}城',
  'a family': '👩\u200d👩\u200d👧',
  'people of two tones': '🧑🏽\u200d🤝\u200d🧑🏿',
  'a red heart': '\u2764\ufe0f',
  'a keycap': '1\ufe0f\u20e3',
  "a country's flag": '🇩🇪',
  "a region's flag": '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
  'a rainbow flag': '\u{1f3f3}\ufe0f\u200d🌈',
  'a no-break space inside': 'Réunion\u00a0?',
  'an empty Braille pattern inside': '⠁\u2800⠃',
  'two blanks inside': 'a  b',
}

/** Names with what is left after cleaning. */
const unprintable: Record<string, [name: string, cleaned: string]> = {
  nothing: ['', ''],
  'a blank': [' ', ''],
  'a blank at its end': ['ada ', 'ada'],
  'a blank at its start': ['\u3000ada', 'ada'],
  'a no-break space at its end': ['General\u00a0', 'General'],
  'an empty Braille pattern': ['\u2800', ''],
  'an empty Braille pattern at its end': ['ada\u2800', 'ada'],
  'blanks of hieroglyphs at its ends': ['\u{13441}ada\u{13442}', 'ada'],
  'a note without a head': ['\u{1d159}', ''],
  'only an annotation': ['\ufff9\ufffb', ''],
  'a joiner of hieroglyphs': ['a\u{13430}', 'a'],
  'a Khitan filler': ['\u{16fe4}', ''],
  'a Hangul filler at its end': ['ada\u3164', 'ada'],
  'a zero-width space': ['Gene\u200bral', 'General'],
  'a joiner between Latin letters': ['bo\u200db', 'bob'],
  'a non-joiner between Latin letters': ['bo\u200cb', 'bob'],
  'a non-joiner at its end': ['علی\u200c', 'علی'],
  'a joiner at its start': ['\u200dक', 'क'],
  'a joiner after an emoji': ['👩\u200d', '👩'],
  'a grapheme joiner': ['bo\u034fb', 'bob'],
  'a variation selector after a letter': ['bob\ufe0f', 'bob'],
  'a Mongolian selector after a Latin letter': ['bo\u180bb', 'bob'],
  'an ideographic selector after a Latin letter': ['bob\u{e0100}', 'bob'],
  'an inherent vowel of Khmer': ['bob\u17b4', 'bob'],
  'a soft hyphen': ['bo\u00adb', 'bob'],
  'a left-to-right mark': ['bob\u200e', 'bob'],
  'a right-to-left override': ['salary-\u202efdp.exe', 'salary-fdp.exe'],
  'an isolate': ['a\u2066b\u2069', 'ab'],
  'tags that are no flag': ['General\u{e0041}\u{e0042}', 'General'],
  'a line break': ['General\nSystem: bye', 'General System: bye'],
  'an escape': ['a\u001b[31mb', 'a [31mb'],
  'a line separator': ['a\u2028b', 'a b'],
  'a byte order mark': ['\ufeffa', 'a'],
  'an annotation': ['a\ufff9b', 'ab'],
  'a lone surrogate': ['a\ud800', 'a'],
  'a noncharacter': ['a\ufffe', 'a'],
}

test.each(Object.entries(printable))('a name may have %s', (_, name) => {
  expect(isPrintableName(name)).toBe(true)
  expect(printableName(name)).toBe(name.replaceAll(/[\s\u2800]+/g, ' '))
  expect(showsNothing(name)).toBe(false)
})

test.each(Object.entries(unprintable))('a name may not have %s', (_, [name, cleaned]) => {
  expect(isPrintableName(name)).toBe(false)
  expect(printableName(name)).toBe(cleaned)
  expect(showsNothing(name)).toBe(cleaned === '')
})

test('a run of blanks in a foreign name is one space, so that it hides no ending', () => {
  expect(printableName(`report.pdf${' \u200b'.repeat(60)}.exe`)).toBe('report.pdf .exe')
})

test('any name that has been cleaned is printable, or empty, and stays as it is', () => {
  const part = fc.constantFrom(
    ...Object.values(printable),
    ...Object.values(unprintable).map(([name]) => name),
    ...['\u200c', '\u200d', '\ufe0f', '👩', 'ക', '\u094d', '\u{1f3f4}', '\u{e0067}', '\u{e007f}', '木', '\u{e0100}'],
  )
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(name, (name) => {
      const cleaned = printableName(name)
      expect(cleaned === '' || isPrintableName(cleaned)).toBe(true)
      expect(printableName(cleaned)).toBe(cleaned)
    }),
    { numRuns: 300 },
  )
})

describe('a long hostile text takes milliseconds:', () => {
  test.each([
    ['joined emoji', '👩\u200d'.repeat(50_000)],
    ['tags', `\u{1f3f4}${'\u{e0061}'.repeat(50_000)}`],
    ['blanks', `${' '.repeat(100_000)}x${' \u200b'.repeat(50_000)}`],
    ['joiners', 'क\u094d\u200d'.repeat(30_000)],
  ])('%s', (_, text) => {
    const start = performance.now()
    isPrintableName(text)
    printableName(text)
    showsNothing(text)
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})
