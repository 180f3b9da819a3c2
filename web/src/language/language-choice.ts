import type { KeptStrings } from '../state/kept.ts'
import { Store } from '../../../client/react/index.ts'
import { en } from './en.ts'
import { setLocale } from './locale.ts'
import { setWords, type Words } from './words.ts'

/** The languages of the page with their own names. */
export const languages = { en: 'English', de: 'Deutsch', es: 'Español', ja: '日本語', ar: 'العربية' } as const
export type Language = keyof typeof languages

/** The languages other than English are loaded when they are needed. */
const load: Record<Language, () => Promise<Words>> = {
  en: async () => en,
  de: async () => (await import('./de.ts')).de,
  es: async () => (await import('./es.ts')).es,
  ja: async () => (await import('./ja.ts')).ja,
  ar: async () => (await import('./ar.ts')).ar,
}

const KEY = 'tabletalk.language'

/**
 * The language of the page: the one that the user has chosen for this browser, otherwise the first of the browser's
 * languages that the page has. It is English until `start` has loaded the words.
 */
export class LanguageChoice extends Store<Language> {
  readonly #strings: KeptStrings
  readonly #ofBrowser: readonly string[]
  #chosen: Language | undefined

  /** @param ofBrowser `navigator.languages` */
  constructor(strings: KeptStrings, ofBrowser: readonly string[]) {
    super('en')
    this.#strings = strings
    this.#ofBrowser = ofBrowser
    this.#chosen = languageOf(strings.getItem(KEY) ?? '')
  }

  /** The language that the user has chosen; undefined to follow the browser. */
  get chosen(): Language | undefined {
    return this.#chosen
  }

  /** The first of the browser's languages that the page has, otherwise English. */
  get ofBrowser(): Language {
    return this.#ofBrowser.map(languageOf).find((language) => language !== undefined) ?? 'en'
  }

  /** @throws Error when the words can't be loaded; the page then keeps its language */
  start(): Promise<void> {
    return this.#show(this.#chosen ?? this.ofBrowser)
  }

  /** @throws Error as `start` does */
  choose(language: Language | undefined): Promise<void> {
    this.#chosen = language
    if (language === undefined) this.#strings.removeItem(KEY)
    else this.#strings.setItem(KEY, language)
    return this.start()
  }

  async #show(language: Language): Promise<void> {
    const words = await load[language]()
    // Another language may have been chosen meanwhile.
    if (language !== (this.#chosen ?? this.ofBrowser)) return
    setWords(words)
    setLocale(this.#ofBrowser.find((locale) => languageOf(locale) === language) ?? language)
    this.set(language)
  }
}

/** Returns the page's language for a language tag such as `de-AT`. */
function languageOf(locale: string): Language | undefined {
  const [language = ''] = locale.toLowerCase().split('-')
  return Object.hasOwn(languages, language) ? (language as Language) : undefined
}
