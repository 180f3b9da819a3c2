import { afterEach, describe, expect, test } from 'vitest'
import { ar } from '../../web/src/language/ar.ts'
import { de } from '../../web/src/language/de.ts'
import { en } from '../../web/src/language/en.ts'
import { es } from '../../web/src/language/es.ts'
import { ja } from '../../web/src/language/ja.ts'
import { counting } from '../../web/src/language/grammar.ts'
import { LanguageChoice } from '../../web/src/language/language-choice.ts'
import { direction, locale, setLocale } from '../../web/src/language/locale.ts'
import { setWords, words } from '../../web/src/language/words.ts'
import { dayName } from '../../web/src/text/date-text.ts'
import { errorSentence } from '../../web/src/text/error-sentence.ts'
import { fileSize } from '../../web/src/text/file-size.ts'
import { isolated } from '../../web/src/text/isolated.ts'
import { countdownText, spanText } from '../../web/src/text/spans-of-time.ts'
import { ToldError } from '../../web/src/text/told-error.ts'
import { typingSentence } from '../../web/src/text/typing-sentence.ts'
import { ChatError } from '../../client/index.ts'
import { FakeStrings } from './given-chat.ts'

// Other files share the process.
afterEach(() => {
  setWords(en)
  setLocale(undefined)
})

type Sentence = string | ((...parts: string[]) => unknown)

/** Returns all sentences of a language, by path. */
function sentencesIn(value: unknown, path = ''): Map<string, Sentence> {
  if (typeof value === 'string' || typeof value === 'function') return new Map([[path, value as Sentence]])
  return new Map(Object.entries(value as object).flatMap(([name, inner]) => [...sentencesIn(inner, `${path}.${name}`)]))
}

const english = sentencesIn(en)

/** Returns which of its parameters a sentence contains. */
function saidBy(sentence: Sentence): string[] {
  if (typeof sentence === 'string') return []
  const said = [sentence(...Array.from({ length: sentence.length }, (_, index) => `<${index}>`))].flat().join('')
  return [...new Set(said.match(/<\d>/g) ?? [])].sort()
}

describe.each(Object.entries({ de, es, ja, ar }))('in %s', (_name, language) => {
  const own = sentencesIn(language)

  test('every sentence says something', () => {
    for (const [path, sentence] of own) if (typeof sentence === 'string') expect(sentence.trim(), path).not.toBe('')
  })

  test('every sentence names what the English one names', () => {
    // The server's own words are in English, so only the English sentence contains them. A problem of length contains
    // its number.
    const free = ['.problems.other', '.problems.tooLong']
    for (const [path, sentence] of english) {
      if (!free.includes(path)) expect(saidBy(own.get(path)!), path).toEqual(saidBy(sentence))
    }
  })

  test('sentences are in the language, but for names and words that both have', () => {
    const same = [...own].filter(([path, sentence]) => typeof sentence === 'string' && sentence === english.get(path))
    expect(same.length).toBeLessThan(20)
    for (const [path, sentence] of same) expect((sentence as string).trim().split(' ').length, path).toBe(1)
  })
})

test('numbers choose the sentence, as the language tells them apart', () => {
  const forms = { zero: 'none', one: 'one', two: 'two', few: '# few', many: '# many', other: '# other' }
  expect([0, 1, 2, 3, 11, 100].map((count) => counting('ar')(count, forms))).toEqual([
    ...['none', 'one', 'two', '3 few', '11 many', '100 other'],
  ])
  expect([0, 1, 2].map((count) => counting('de')(count, forms))).toEqual(['0 other', 'one', '2 other'])
})

describe('sentences with a number', () => {
  const numbers = [1, 2, 3, 11]
  /** All sentences that take a number. Names stand for the other parts. */
  const sentences = (): Record<string, (number: number) => unknown> => ({
    andOthers: (number) => words.andOthers('Ada', number),
    charactersLeft: words.charactersLeft,
    charactersOver: words.charactersOver,
    closedRooms: words.closedRooms,
    found: (number) => words.found(number, true),
    hereNow: (number) => words.hereNow('Ada', number),
    idLetters: words.idLetters,
    inviteBy: (number) => words.inviteBy('Ada', 'noon', false, number, undefined).join(''),
    inviteOfMany: (number) => words.inviteBy('Ada', 'noon', false, 1, number).join(''),
    memberCount: words.memberCount,
    memberName: words.memberName,
    moreUnread: words.moreUnread,
    newCount: words.newCount,
    percent: words.percent,
    pinnedCount: words.pinnedCount,
    position: (number) => words.media.position(number, number),
    positionOfMore: (number) => words.media.positionOfMore(number, number),
    readBy: words.readBy,
    replies: (number) => words.replies(number, 'noon'),
    secondsShort: words.secondsShort,
    tryingAgainIn: words.tryingAgainIn,
  })
  const all = () => Object.values(sentences()).flatMap((sentence) => numbers.map((number) => String(sentence(number))))

  test('are in the plural for more than one', () => {
    const said = (name: string) => numbers.map((number) => sentences()[name]!(number))
    expect(said('andOthers')).toEqual([
      'Ada and 1 other',
      ...['Ada and 2 others', 'Ada and 3 others', 'Ada and 11 others'],
    ])
    expect(said('inviteBy').map((text) => String(text).replace('By Ada, until noon, ', ''))).toEqual([
      'used 1 time',
      ...['used 2 times', 'used 3 times', 'used 11 times'],
    ])
    expect(String(sentences().inviteOfMany!(1))).toContain('used 1 of 1 time')
    expect(words.newCount(120)).toBe('99+ new')
    // Forms that English uses only for more than one.
    for (const text of all()) expect(text).not.toMatch(/\b(?<!of )1 (others|times|members|replies|characters)\b/)
  })

  test('are in the plural in Spanish, German and Arabic too', async () => {
    const choice = new LanguageChoice(new FakeStrings(), [])
    await choice.choose('es')
    expect([words.newCount(1), words.newCount(3), words.found(1, true), words.found(2, true)]).toEqual([
      ...['1 nuevo', '3 nuevos', '1 resultado en la conversación.', '2 resultados en la conversación.'],
    ])
    expect(words.inviteBy('Ada', 'hoy', false, 1, undefined).join('')).toContain('usada 1 vez')
    expect(words.inviteBy('Ada', 'hoy', false, 2, undefined).join('')).toContain('usada 2 veces')
    await choice.choose('de')
    expect([words.andOthers('Ada', 1), words.hereNow('Ada', 2)]).toEqual([
      ...['Ada und noch jemand', 'Gerade hier: Ada und 2 weitere'],
    ])
    await choice.choose('ar')
    expect(numbers.map((number) => words.andOthers('Ada', number))).toEqual([
      ...['Ada وشخص آخر', 'Ada وشخصان آخران', 'Ada و3 آخرون', 'Ada و11 شخصًا آخر'],
    ])
  })

  test.each(['en', 'de', 'es', 'ja', 'ar'] as const)(
    'are written with the digits of the region, in %s',
    async (name) => {
      await new LanguageChoice(new FakeStrings(), []).choose(name)
      setLocale('ar-EG')
      const texts = [...all(), countdownText(12_000), countdownText(185_000), countdownText(7_380_000)]
      for (const text of texts) expect(text).not.toMatch(/[0-9]/)
      expect([countdownText(185_000), countdownText(7_380_000)]).toEqual(['٣:٠٥', '٢:٠٣:٠٠'])
      expect(words.percent(40)).toBe(new Intl.NumberFormat('ar-EG', { style: 'percent' }).format(0.4))
    },
  )
})

describe('the choice', () => {
  test.each([
    [['de-AT', 'en'], 'de'],
    [['fr', 'es-MX'], 'es'],
    [['fr'], 'en'],
    [[], 'en'],
  ] as const)('of a browser that wants %j is %s', (ofBrowser, language) => {
    expect(new LanguageChoice(new FakeStrings(), ofBrowser).ofBrowser).toBe(language)
  })

  test('is kept, told once the words are there, and given back to the browser', async () => {
    const strings = new FakeStrings()
    const choice = new LanguageChoice(strings, ['en-GB', 'de'])
    const told: string[] = []
    choice.subscribe(() => told.push(`${choice.get()} ${words.send} ${locale} ${direction()}`))
    await choice.choose('ar')
    expect(new LanguageChoice(strings, []).chosen).toBe('ar')
    await choice.choose(undefined)
    expect(told).toEqual(['ar إرسال ar rtl', 'en Send en-GB ltr'])
    expect(new LanguageChoice(strings, []).chosen).toBeUndefined()
  })

  test('that was made last is shown, whichever words come first', async () => {
    const choice = new LanguageChoice(new FakeStrings(), [])
    await Promise.all([choice.choose('ja'), choice.choose('es'), choice.choose('en')])
    expect([choice.get(), words.send]).toEqual(['en', 'Send'])
  })
})

test('dates, sizes, spans, lists and errors are in the language', async () => {
  await new LanguageChoice(new FakeStrings(), []).choose('de')
  const now = new Date(2026, 2, 14, 12).getTime()
  expect(dayName(now, now)).toBe('Heute')
  expect(dayName(new Date(2025, 11, 31).getTime(), now)).toBe('31. Dezember 2025')
  expect([fileSize(1_540), spanText(7_200)]).toEqual(['1,5 kB', '2 Stunden'])
  expect(typingSentence(['Ada', 'Bob'])).toBe('Ada und Bob schreiben')
  expect(errorSentence(new ChatError('muted', 'unable to send; x'))).toBe('Du bist in diesem Raum stummgeschaltet.')
  const details = [{ path: 'roomName', problem: 'is longer than 128 characters' }]
  expect(errorSentence(new ChatError('invalid_request', 'x', false, { details }))).toBe(
    'Der Name des Raums ist länger als 128 Zeichen.',
  )
  expect(errorSentence(new ToldError(words.fileEmpty))).toBe('Diese Datei ist leer.')
  expect(errorSentence(new Error('quota exceeded'))).toBe('Das hat nicht geklappt. (Quota exceeded.)')
})

test('names keep their own direction in a sentence that runs the other way', async () => {
  expect(isolated('Ada')).toBe('Ada')
  await new LanguageChoice(new FakeStrings(), []).choose('ar')
  expect(isolated('Ada')).toBe('\u2068Ada\u2069')
})
