import type { ChatError, ChatErrorCode } from '../../../client/index.ts'
import { problemSentence } from './problems.ts'

const sentences: Partial<Record<ChatErrorCode, string>> = {
  conflict: 'That id is taken already.',
  disconnected: 'There is no connection.',
  forbidden: 'You are not allowed to do that.',
  gateway: 'The chat did not answer. Try again.',
  internal: 'Something went wrong at the server. Try again.',
  not_a_member: 'You are not a member of this room.',
  outbox_full: 'Too many messages are waiting to be sent.',
  rate_limited: 'That was a little fast. Try again in a moment.',
  room_not_found: 'There is no room with that id.',
  timeout: 'The chat did not answer in time. Try again.',
  token_expired: 'Your sign-in has expired.',
  too_large: 'That is larger than the chat takes.',
  unavailable: 'The chat is busy. Try again in a moment.',
}

const uploadReasons: Record<string, string> = {
  not_a_member: 'You are not a member of this room.',
  size_mismatch: 'The file changed while it was sent.',
  type_mismatch: 'What is in the file is not what its name says.',
}

/** Why something didn't work, for the person who tried; the error's own words where there are no better ones. */
export function sentenceOf(error: unknown): string {
  const { code, message, details } = error as Partial<ChatError>
  const known = code === 'invalid_request' ? problemSentence(details ?? []) : code && sentences[code]
  if (known !== undefined) return known
  const reason = /; (.+)$/s.exec(String(message ?? error))?.[1] ?? String(message ?? error)
  return uploadReasons[reason] ?? asSentence(reason)
}

const asSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[^.!?]$/, '$&.')

/** `Ada is typing`, `Ada and Bob are typing`, … */
export function typingSentence(names: readonly string[]): string {
  const [first, second] = names
  if (first === undefined) return ''
  if (second === undefined) return `${first} is typing`
  return names.length === 2 ? `${first} and ${second} are typing` : 'Several people are typing'
}

/** `99+` above 99. */
export const countOf = (count: number): string => (count > 99 ? '99+' : String(count))
