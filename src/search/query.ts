import { InvalidRequest } from '../errors.ts'
import { type Word, wordsOf } from './words-of.ts'

/** What is searched for: each of the words, and a word that begins so. */
export interface Query {
  words: readonly string[]
  beginning: string
}

/** @throws InvalidRequest when it has no word of two characters */
export function queryOf(text: string): Query {
  const tokens = wordsOf(text).map(({ token }) => token)
  const beginning = tokens.pop()
  if (beginning !== undefined) return { words: tokens, beginning }
  throw new InvalidRequest('unable to search; the query has no word', [
    { path: 'query', problem: 'has no word of two letters or digits' },
  ])
}

/** Which words of a message are meant, as they are written; undefined unless all that is searched for is there. */
export function matchOf({ words, beginning }: Query, found: readonly Word[]): string[] | undefined {
  const tokens = new Set(found.map(({ token }) => token))
  const begins = (token: string) => token.startsWith(beginning)
  if (!words.every((word) => tokens.has(word)) || !found.some(({ token }) => begins(token))) return undefined
  return found.filter(({ token }) => words.includes(token) || begins(token)).map(({ written }) => written)
}
