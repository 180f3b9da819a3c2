const MARK = /\p{M}/gu

/** Fewer marks than these are no higher than a line, even upon one letter. */
const MANY = 6

/**
 * Whether a text may be much higher than its line, because marks are piled upon a letter. It only counts marks: between
 * two of them there may be much that isn't shown, such as joiners, formatting or the address of a link.
 */
export const pilesUp = (text: string): boolean => (text.match(MARK)?.length ?? 0) >= MANY
