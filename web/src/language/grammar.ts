import { numberText } from './locale.ts'

/** A sentence for each plural form of a language; `#` stands for the number. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>

/** Returns a function that chooses the sentence for a number by the plural rules of the language. */
export function counting(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language)
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replace('#', numberText(count))
}

/** A sentence that contains something else than text, such as an element with a name. */
export type Phrase<T> = (string | T)[]

/** Makes a phrase of a template: phrase`${name} is added.` */
export const phrase = <T>(texts: TemplateStringsArray, ...others: T[]): Phrase<T> =>
  texts.flatMap((text, index) => (index < others.length ? [text, others[index]!] : [text]))
