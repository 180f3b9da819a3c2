/** An error of the page whose message is a sentence for the user, in their language. */
export class ToldError extends Error {}
