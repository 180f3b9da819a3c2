import { linkFinder } from './link-finder.ts'
import { shownHost } from './shown-host.ts'

/** A part of a message: plain text, or a link that is shown as `shown` and leads to `href`. */
export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; shown: string; href: string }

/** Characters that end sentences more often than addresses. */
const TRAILING = /[.,;:!?…*_~|'"]$/u

const PAIRS: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** Finds the web and mail addresses in a message; everything else stays text. */
export function splitLinks(content: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const { index, raw, schema } of linkFinder.match(content) ?? []) {
    const text = trimmed(withoutText(raw))
    const link = schema === 'mailto:' ? mailLink(text) : webLink(text, content.slice(index))
    if (!link) continue
    if (index > end) parts.push({ kind: 'text', text: content.slice(end, index) })
    parts.push({ kind: 'link', text, ...link })
    end = index + text.length
  }
  if (end < content.length) parts.push({ kind: 'text', text: content.slice(end) })
  return parts
}

/** Cuts off invisible characters, and text that follows a host without a space: `https://example.com然后`. */
function withoutText(address: string): string {
  const [printed = ''] = /^(?:[^\p{C}"<>`\s]|(?<=[\p{L}\p{M}])[\u200c\u200d](?=\p{L}))+/u.exec(address) ?? []
  // No top-level domain mixes Latin letters with others.
  const [host] = /^(?:(?:https?:\/\/|mailto:)?[^/?#@]*@?[^/?#]*\.)[a-z]{2,}(?=[^\p{ASCII}])/iu.exec(printed) ?? []
  return host ?? printed
}

/** Removes the sentence's full stop or bracket from an address. In one pass, as a message may consist of brackets. */
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

interface Link {
  shown: string
  href: string
}

/** Returns undefined for an invalid address, and for a misleading one: `https://bank.example@evil.example`. */
function webLink(text: string, rest: string): Link | undefined {
  if (/^[^\s/?#\\]*@/.test(rest.replace(/^https?:\/\//i, ''))) return undefined
  const address = /^www\./i.test(text) ? `http://${text}` : text
  if (!URL.canParse(address)) return undefined
  const { href, host } = new URL(address)
  return {
    shown: text.replace(
      /^((?:https?:\/\/)?)([^/?#\\]+)/i,
      (_all, start: string, written: string) => start + shownHost(written, host),
    ),
    href,
  }
}

function mailLink(text: string): Link | undefined {
  const [, name, written] = /^(?:mailto:)?([^@]+)@([^@]+)$/i.exec(text) ?? []
  if (name === undefined || written === undefined || !URL.canParse(`https://${written}`)) return undefined
  const { host } = new URL(`https://${written}`)
  return {
    shown: text.replace(written, () => shownHost(written, host)),
    href: `mailto:${encodeURIComponent(name)}@${host}`,
  }
}
