import { en } from './en.ts'

/** What every language says. */
export type Words = typeof en

/** All that the page says, in the language that is chosen. Read it when it is shown: it changes with the language. */
export let words: Words = en

export const setWords = (next: Words): void => {
  words = next
}
