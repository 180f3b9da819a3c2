import { InvalidRequest } from '../errors.ts'
import { type Word, wordsOf } from './words-of.ts'

/** A parsed query: complete words, and the beginning of one more word. A message must have all of them. */
export interface Query {
  words: readonly string[]
  beginning: string
}

/**
 * Parses the text of a search. Its last word may be a beginning.
 *
 * @throws InvalidRequest when the text has no word of at least two characters
 */
export function queryOf(text: string): Query {
  const tokens = wordsOf(text).map(({ token }) => token)
  const beginning = tokens.pop()
  if (beginning !== undefined) return { words: tokens, beginning }
  throw new InvalidRequest('unable to search; the query has no word', [
    { path: 'query', problem: 'has no word of two letters or digits' },
  ])
}

/**
 * Returns the matching words of a message as they are written; undefined unless the message has everything in the
 * query.
 */
export function matchOf({ words, beginning }: Query, found: readonly Word[]): string[] | undefined {
  const tokens = new Set(found.map(({ token }) => token))
  const begins = (token: string) => token.startsWith(beginning)
  if (!words.every((word) => tokens.has(word)) || !found.some(({ token }) => begins(token))) return undefined
  return found.filter(({ token }) => words.includes(token) || begins(token)).map(({ written }) => written)
}
