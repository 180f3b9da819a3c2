/** Numbers of messages that are laid out, or left alone, together. */
const LENGTH = 64

/** Which span a message is in: the same whatever else is loaded, so that a page changes few of them. */
export const spanOf = (seq: number): number => Math.floor(seq / LENGTH)
