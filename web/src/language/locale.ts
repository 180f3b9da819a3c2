/** The locale for dates, lists and numbers, such as `en-GB`; undefined for the browser's own. */
export let locale: string | undefined

export const setLocale = (next: string | undefined): void => {
  locale = next
}

/** Returns a number as the language writes it: `1,825`. */
export const numberText = (number: number): string => new Intl.NumberFormat(locale).format(number)

/** Returns `40 %`, as the language writes it. @param percent 0–100 */
export const percentText = (percent: number): string =>
  new Intl.NumberFormat(locale, { style: 'percent' }).format(percent / 100)

/** Returns a number with its unit: `90 seconds`, `1.5 MB`. */
export const unitText = (number: number, unit: string, options: Intl.NumberFormatOptions = {}): string =>
  new Intl.NumberFormat(locale, { style: 'unit', unit, ...options }).format(number)

/** Returns `A, B and C`. */
export const listText = (items: readonly string[]): string => new Intl.ListFormat(locale).format(items)

const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/

/** The direction in which the language is written. */
export const direction = (): 'ltr' | 'rtl' => (RIGHT_TO_LEFT.test(locale ?? '') ? 'rtl' : 'ltr')
