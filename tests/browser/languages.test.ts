import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ar } from '../../web/src/language/ar.ts'
import { de } from '../../web/src/language/de.ts'
import { en } from '../../web/src/language/en.ts'
import { es } from '../../web/src/language/es.ts'
import { ja } from '../../web/src/language/ja.ts'
import type { Words } from '../../web/src/language/words.ts'
import { unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

const folder = new URL('../../dist/screenshots/', import.meta.url)

/** Returns everything that the page shows or announces: texts, and attributes for screen readers and tooltips. */
const shownBy = ({ page }: Person): Promise<string[]> =>
  page.evaluate(`(() => {
    const shown = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const node = walker.currentNode
      if (node.nodeType === Node.TEXT_NODE) shown.push(node.data)
      else for (const name of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt']) shown.push(node.getAttribute(name) ?? '')
    }
    return shown.map((text) => text.trim()).filter((text) => text !== '')
  })()`)

/** Returns patterns of the English sentences that differ in the other language. */
function englishOnly(english: unknown, other: unknown): RegExp[] {
  if (typeof english === 'string') return english === other ? [] : [patternOf(english.trim())]
  if (typeof english === 'function') {
    const said = [english, other].map((say) => {
      const { length } = say as (...parts: string[]) => unknown
      const parts = Array.from({ length }, () => '\\0')
      return [(say as (...parts: string[]) => unknown)(...parts)].flat().join('')
    })
    return said[0] === said[1] || !/[A-Za-z]{3}/.test(said[0]!) ? [] : [patternOf(said[0]!.trim())]
  }
  return Object.entries(english as object).flatMap(([name, inner]) =>
    englishOnly(inner, (other as Record<string, unknown>)[name]),
  )
}

const patternOf = (sentence: string): RegExp =>
  new RegExp(`^${sentence.replaceAll(/[.*+?^${}()|[\]]/g, '\\$&').replaceAll(/\\0|NaN/g, '.+')}$`)

/** Returns the texts that are still English. */
async function leftInEnglish(person: Person, language: Words): Promise<string[]> {
  const patterns = englishOnly(en, language)
  return (await shownBy(person)).filter((text) => patterns.some((pattern) => pattern.test(text)))
}

/** Opens the page in a browser of that language, in a room with a message. */
async function enter(locale: string, language: Words): Promise<Person> {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const room = await stage.room('Kitchen', [bobId, adaId])
  await stage.say(room, bobId, 'مرحبا بكم 👋')
  const ada = await stage.arrive(`/?as=${adaId}#/room/${room}`, { locale }, adaId)
  await ada.page.getByRole('textbox', { name: language.messageTo('Kitchen') }).waitFor()
  await ada.isReady()
  await ada.page.getByRole('textbox', { name: language.messageTo('Kitchen') }).fill('Hi')
  await ada.page.keyboard.press('Enter')
  await ada.sees('Hi')
  return ada
}

describe.each([
  ['de-AT', 'de', 'ltr', de],
  ['es-MX', 'es', 'ltr', es],
  ['ja-JP', 'ja', 'ltr', ja],
  ['ar-EG', 'ar', 'rtl', ar],
] as const)('a browser of %s', (locale, lang, dir, language) => {
  test('has the page in its language, with nothing left in English, and everybody can use it', async () => {
    const ada = await enter(locale, language)
    const { page } = ada
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await page.evaluate('[document.documentElement.lang, document.documentElement.dir]')).toEqual([lang, dir])
    expect(await leftInEnglish(ada, language)).toEqual([])
    expect(await violationsOf(page)).toEqual([])
    await page.screenshot({ path: fileURLToPath(new URL(`language-${lang}.png`, folder)), animations: 'disabled' })
    const dialogs: [open: () => Promise<void>, title: string][] = [
      [() => ada.button(language.settings).click(), language.settings],
      [() => ada.button(language.forYou.title).click(), language.forYou.title],
      [() => ada.button(language.newRoom).click(), language.newRoom],
      [() => page.keyboard.press('Control+k'), language.goTo],
      [() => page.keyboard.press('Control+/'), language.keyboard],
      [() => page.keyboard.press('Control+f'), language.searchMessages],
    ]
    for (const [open, title] of dialogs) {
      await open()
      await ada.dialog.getByRole('heading', { name: title, exact: true }).waitFor()
      expect(await leftInEnglish(ada, language), title).toEqual([])
      expect(await violationsOf(page), title).toEqual([])
      await page.keyboard.press('Escape')
      await ada.dialog.waitFor({ state: 'detached' })
    }
  })
})

test('from right to left, the list is at the right, and what is the user’s own at the left', async () => {
  const { page } = await enter('ar', ar)
  const middleOf = (selector: string): Promise<number> =>
    page.evaluate(`(() => {
      const { left, right } = document.querySelector('${selector}').getBoundingClientRect()
      return (left + right) / 2
    })()`)
  expect(await middleOf('.sidebar')).toBeGreaterThan(await middleOf('.conversation'))
  expect(await middleOf('.details')).toBeLessThan(await middleOf('.conversation'))
  expect(await middleOf('.group.is-own .bubble')).toBeLessThan(await middleOf('.group:not(.is-own) .bubble'))
  expect(await middleOf('.send')).toBeLessThan(await middleOf('.composer textarea'))
})

test('all emoji are found by their names in the language', async () => {
  const ada = await enter('de-DE', de)
  await ada.button(de.media.emoji).click()
  await ada.page.getByText('Smileys & Emotionen').waitFor()
  await ada.page.getByRole('searchbox', { name: de.searchEmoji }).fill('brezel')
  await ada.page.getByRole('gridcell', { name: 'Brezel' }).click()
  await eventually(() => ada.page.getByRole('textbox', { name: de.messageTo('Kitchen') }).inputValue()).toBe('🥨')
})

test('a language that is chosen is there at once, with the dialog and what is written, and after a reload', async () => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  const { page } = ada
  await ada.say('hello')
  await ada.sees('hello')
  await ada.field.fill('half a sent')
  await ada.button('Settings').click()
  await ada.dialog.getByRole('combobox', { name: 'Language' }).selectOption('Deutsch')
  await ada.dialog.getByRole('combobox', { name: de.language }).waitFor()
  expect(await leftInEnglish(ada, de)).toEqual([])
  await page.keyboard.press('Escape')
  const field = page.getByRole('textbox', { name: de.messageTo('Kitchen') })
  await eventually(() => field.inputValue()).toBe('half a sent')
  await page.reload()
  await eventually(() => field.inputValue()).toBe('half a sent')
  expect(await page.evaluate('document.documentElement.lang')).toBe('de')
})
