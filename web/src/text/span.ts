/** How many values of `seq` a span has. */
const LENGTH = 64

/** Returns the span of a message. It only depends on the `seq`, so that loading a page changes few spans. */
export const spanOf = (seq: number): number => Math.floor(seq / LENGTH)
