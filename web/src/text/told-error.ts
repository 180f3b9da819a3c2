/** An error of the page's own: its message is a sentence for the user, in their language. */
export class ToldError extends Error {}
