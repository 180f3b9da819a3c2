import { numberText } from './locale.ts'

/** A sentence for each of the numbers that a language tells apart; `#` stands for the number. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>

/** Returns a function that chooses a sentence by a number, as the language has it. */
export function counting(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language)
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replace('#', numberText(count))
}

/** A sentence with something in it that isn't text, such as the element of a name. */
export type Phrase<T> = (string | T)[]

/** Makes one: phrase`${name} is added.` */
export const phrase = <T>(texts: TemplateStringsArray, ...others: T[]): Phrase<T> =>
  texts.flatMap((text, index) => (index < others.length ? [text, others[index]!] : [text]))
