import type { ChatError, ChatErrorCode } from '../../../client/index.ts'
import { problemSentence, TOO_LARGE } from './problem-sentence.ts'

const sentences: Partial<Record<ChatErrorCode, string>> = {
  banned: 'You are banned from this room.',
  conflict: 'That id is taken already.',
  disconnected: 'There is no connection.',
  forbidden: 'You are not allowed to do that.',
  gateway: 'The chat did not answer. Try again.',
  invalid_invite: 'This invite is no longer good. Ask for another one.',
  internal: 'Something went wrong at the server. Try again.',
  limit_reached: 'There is no place for more.',
  message_not_found: 'The message is no longer there.',
  muted: 'You are muted in this room.',
  not_a_member: 'You are not a member of this room.',
  outbox_full: 'Too many messages are waiting to be sent.',
  rate_limited: 'That was a little fast. Try again in a moment.',
  room_closed: 'This room is closed.',
  room_not_found: 'There is no room with that id, or it is private.',
  timeout: 'The chat did not answer in time. Try again.',
  token_expired: 'Your sign-in has expired.',
  too_large: TOO_LARGE,
  unavailable: 'The chat is busy. Try again in a moment.',
}

const uploadReasons: Record<string, string> = {
  not_a_member: 'You are not a member of this room.',
  size_mismatch: 'The file changed while it was sent.',
  type_mismatch: 'What is in the file is not what its name says.',
}

/** Says to a person why something failed. Falls back to the error's own words. */
export function errorSentence(error: unknown): string {
  const { code, message, details } = error as Partial<ChatError>
  const known = code === 'invalid_request' ? problemSentence(details ?? []) : code && sentences[code]
  if (known !== undefined) return known
  const reason = /; (.+)$/s.exec(String(message ?? error))?.[1] ?? String(message ?? error)
  return uploadReasons[reason] ?? asSentence(reason)
}

const asSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[^.!?]$/, '$&.')
