import type { ChatError } from '../../../client/index.ts'
import { type Words, words } from '../language/words.ts'
import { problemSentence } from './problem-sentence.ts'
import { ToldError } from './told-error.ts'

/** Returns a sentence for the user that says why something failed. Falls back to the error's own message. */
export function errorSentence(error: unknown): string {
  if (error instanceof ToldError) return error.message
  const { code, message, details } = error as Partial<ChatError>
  const known = code === 'invalid_request' ? problemSentence(details ?? []) : sentenceOf(words.errors, code)
  if (known !== undefined) return known
  const reason = /; (.+)$/s.exec(String(message ?? error))?.[1] ?? String(message ?? error)
  // Why there is no token is the page's own sentence; what comes from elsewhere is in English.
  return (
    sentenceOf(words.uploadErrors, reason) ??
    (code === 'no_token' ? asSentence(reason) : words.otherError(asSentence(reason)))
  )
}

const sentenceOf = <K extends 'errors' | 'uploadErrors'>(sentences: Words[K], code: string | undefined) =>
  code !== undefined && Object.hasOwn(sentences, code) ? (sentences as Record<string, string>)[code] : undefined

const asSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[^.!?]$/, '$&.')
