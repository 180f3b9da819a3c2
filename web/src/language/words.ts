import { en } from './en.ts'

/** The words that every language has. */
export type Words = typeof en

/** The page's words in the current language. Read them while rendering, because they change with the language. */
export let words: Words = en

export const setWords = (next: Words): void => {
  words = next
}
