import { Lexer, type Token, Tokenizer, type Tokens } from 'marked'
import { splitLinks } from './links.ts'

/** The pieces that a message is made of. Everything else in Markdown is shown as it was written. */
export type Piece =
  | { kind: 'text' | 'code' | 'code-block'; text: string }
  | { kind: 'strong' | 'emphasis' | 'struck' | 'quote' | 'paragraph'; pieces: Piece[] }
  | { kind: 'list'; start: number | undefined; items: Piece[][] }
  | { kind: 'link'; href: string; pieces: Piece[] }

/** The deepest nesting that is formatted. A malicious message may be nested deeper. */
const DEEPEST = 8

/** Matches quotes and lists that are nested too deeply, which the library would parse one by one. */
const TOO_DEEP = /^(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])(?=[ \t>]|$)){9}/m

/** Marks of emphasis. Each may pair with any other one, so a text with too many is slow to parse. */
const MARK = /[*_~]/g
const MOST_MARKS = 2_000

/** The longest address that is recognized. The library checks each place where an address may begin. */
const LONGEST_ADDRESS = /^\S{1,2048}/

/** Markdown without the parts that messages don't have. HTML is always shown as text. */
class MessageTokenizer extends Tokenizer {
  override code = none
  override heading = none
  override lheading = none
  override hr = none
  override html = none
  override tag = none
  override def = none
  override table = none
  override reflink = none
  override autolink = none

  /** Keeps addresses whole. They are turned into links later, by rules that check their hosts. */
  override url(src: string): Tokens.Link | undefined {
    const [first] = splitLinks(LONGEST_ADDRESS.exec(src)?.[0] ?? '')
    if (first?.kind !== 'link') return undefined
    return { type: 'text', raw: first.text, text: first.text } as unknown as Tokens.Link
  }
}

function none(): undefined {
  return undefined
}

/** Parses a message into its pieces. */
export function piecesOf(content: string): Piece[] {
  if (TOO_DEEP.test(content) || (content.match(MARK)?.length ?? 0) > MOST_MARKS) return [text(content)]
  return blocks(new Lexer({ gfm: true, breaks: true, tokenizer: new MessageTokenizer() }).lex(content), 0)
}

/** Returns the text of a message without its formatting, in one line. */
export const plainTextOf = (content: string): string => spoken(piecesOf(content)).replaceAll(/\s+/g, ' ').trim()

const spoken = (pieces: readonly Piece[]): string => pieces.map(spokenPiece).join('')

function spokenPiece(piece: Piece): string {
  if (piece.kind === 'list') return piece.items.map((item) => ` ${spoken(item)} `).join('')
  const said = 'text' in piece ? piece.text : spoken(piece.pieces)
  return piece.kind === 'paragraph' || piece.kind === 'quote' || piece.kind === 'code-block' ? ` ${said} ` : said
}

const blocks = (tokens: readonly Token[], depth: number): Piece[] =>
  joined(tokens.flatMap((token) => block(token as Tokens.Generic, depth)))

function block(token: Tokens.Generic, depth: number): Piece[] {
  const { raw, type } = token
  if (type === 'space') return []
  if (depth > DEEPEST) return [text(raw)]
  switch (type) {
    case 'code':
      return [{ kind: 'code-block', text: token.text as string }]
    case 'blockquote':
      return [{ kind: 'quote', pieces: blocks(token.tokens!, depth + 1) }]
    case 'list':
      return [list(token as Tokens.List, depth + 1)]
    case 'paragraph':
      return [{ kind: 'paragraph', pieces: inline(token.tokens!, depth + 1) }]
    case 'text':
      return token.tokens ? inline(token.tokens, depth + 1) : [text(raw)]
    default:
      return [text(raw)]
  }
}

function list({ raw, ordered, start, items }: Tokens.List, depth: number): Piece {
  // Checkboxes of task lists are left out, because nobody could tick them.
  if (items.some(({ task }) => task)) return { kind: 'paragraph', pieces: [text(raw)] }
  return {
    kind: 'list',
    start: ordered ? Number(start) : undefined,
    items: items.map(({ tokens }) => blocks(tokens, depth)),
  }
}

const inline = (tokens: readonly Token[], depth: number): Piece[] =>
  joined(tokens.flatMap((token) => part(token as Tokens.Generic, depth)))

function part(token: Tokens.Generic, depth: number): Piece[] {
  const { raw } = token
  if (depth > DEEPEST) return [text(raw)]
  const pieces = () => inline(token.tokens!, depth + 1)
  switch (token.type) {
    case 'strong':
      return [{ kind: 'strong', pieces: pieces() }]
    case 'em':
      return [{ kind: 'emphasis', pieces: pieces() }]
    case 'del':
      return [{ kind: 'struck', pieces: pieces() }]
    case 'codespan':
      return [{ kind: 'code', text: token.text as string }]
    case 'br':
      return [text('\n')]
    case 'escape':
      return [text(token.text as string)]
    case 'link': {
      const href = token.href as string
      return /^https?:\/\//i.test(href) ? [{ kind: 'link', href, pieces: pieces() }] : [text(raw)]
    }
    default:
      return [text(raw)]
  }
}

const text = (text: string): Piece => ({ kind: 'text', text })

/** Joins adjacent texts, so that an address or a name in them is found as a whole. */
function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = []
  for (const next of pieces) {
    const last = all.at(-1)
    if (last?.kind === 'text' && next.kind === 'text') all[all.length - 1] = text(last.text + next.text)
    else all.push(next)
  }
  return all
}
