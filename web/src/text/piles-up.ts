/** Three marks without a letter, a digit or a space between them. Formatting signs don't end a pile of marks. */
const PILE = /\p{M}(?:[^\p{L}\p{N}\s]*\p{M}){2}/u

/** Whether a text may be much higher than its line, because marks are piled upon a letter. */
export const pilesUp = (text: string): boolean => PILE.test(text)
