import { words } from '../language/words.ts'

/** Returns `Ada is typing`, `Ada and Bob are typing`, `Several people are typing`, or an empty text. */
export function typingSentence(names: readonly string[]): string {
  const [first, second] = names
  if (first === undefined) return ''
  if (second === undefined) return words.isTyping(first)
  return names.length === 2 ? words.areTyping(names) : words.severalTyping
}
