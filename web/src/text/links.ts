/** A part of a message: plain text, or a link that is shown as it was written. */
export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string }

/** Ends before white space, quotes, angle brackets and characters that don't print (such as right-to-left marks). */
const CANDIDATE = /https?:\/\/[^\s<>"'`\p{C}]+/giu

/** Characters that end sentences more often than addresses. */
const TRAILING = /[.,;:!?…*_~|]$/u

const PAIRS: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** Finds the http and https addresses in a message; everything else stays text. */
export function splitLinks(content: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of content.matchAll(CANDIDATE)) {
    const text = trimmed(match[0])
    const href = hrefOf(text)
    if (href === undefined || isInsideWord(content, match.index)) continue
    if (match.index > end) parts.push({ kind: 'text', text: content.slice(end, match.index) })
    parts.push({ kind: 'link', text, href })
    end = match.index + text.length
  }
  if (end < content.length) parts.push({ kind: 'text', text: content.slice(end) })
  return parts
}

const isInsideWord = (content: string, index: number): boolean => /[\p{L}\p{N}]/u.test(content[index - 1] ?? '')

/** Removes the full stop or bracket of the sentence around an address. One pass: a message may be all brackets. */
function trimmed(candidate: string): string {
  const counts = new Map<string, number>()
  for (const character of candidate) counts.set(character, (counts.get(character) ?? 0) + 1)
  let end = candidate.length
  while (end > 0) {
    const last = candidate[end - 1]!
    const opening = PAIRS[last]
    const isUnpaired = opening !== undefined && counts.get(last)! > (counts.get(opening) ?? 0)
    if (!TRAILING.test(last) && !isUnpaired) break
    counts.set(last, counts.get(last)! - 1)
    end -= 1
  }
  return candidate.slice(0, end)
}

/** Returns undefined for no address, and for one with a user name: `https://bank.example@evil.example` misleads. */
function hrefOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { username, password, href } = new URL(text)
  return username === '' && password === '' ? href : undefined
}
