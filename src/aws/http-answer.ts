/** What a server sent is no HTTP/1.1 answer, or one that can be read in two ways. */
class BadAnswer extends Error {
  override name = 'BadAnswer'

  constructor(why: string) {
    super(`unable to read the answer; ${why}`)
  }
}

export interface Answer {
  status: number
  /** By their names in lower case; the values of a name that comes twice are joined by `, `. */
  headers: Readonly<Record<string, string>>
  /** Empty when nobody keeps it. */
  body: string
}

/** As much as `node:http` takes. */
const MAX_HEAD_BYTES = 16_384

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\0-\x08\x0a-\x1f\x7f]*)?$/
const HEADER = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*((?:[^\0-\x08\x0a-\x1f\x7f]*[^\0-\x20\x7f])?)[ \t]*$/
const CHUNK_SIZE = /^([\da-f]{1,8})(?:;[!#$%&'*+.^_`|~\w=-]+)*$/i

/**
 * Reads one answer to a POST from the bytes of a socket, however they are split. It is stricter than `node:http`, and
 * what it accepts it reads alike: a test holds it to that with random bytes.
 * https://www.rfc-editor.org/rfc/rfc9112
 */
export class AnswerReader {
  readonly #keepsBody: boolean
  #rest: Buffer<ArrayBufferLike> = NOTHING
  #read: () => boolean = this.#readHead
  #status = 0
  #headers: Record<string, string> = {}
  #isLast = true
  readonly #body: Buffer[] = []
  /** Bytes of the body, or of its chunk, that are still to come. */
  #missing = 0
  #isWhole = false

  /** @param keepsBody whether anybody wants to know what was answered beside the status and headers */
  constructor(keepsBody: boolean) {
    this.#keepsBody = keepsBody
  }

  /** Takes what came. Returns whether the answer is whole now. @throws BadAnswer */
  push(bytes: Buffer): boolean {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    while (!this.#isWhole && this.#read());
    return this.#isWhole
  }

  /** The server sends no more. Returns whether the answer is whole: one without a length is then. */
  end(): boolean {
    if (this.#read === this.#readUntilEnd) this.#isWhole = true
    return this.#isWhole
  }

  /** Undefined while its head isn't read. */
  get answer(): Answer | undefined {
    if (this.#status === 0) return undefined
    return { status: this.#status, headers: this.#headers, body: textOf(this.#body) }
  }

  /** Whether bytes came that are no part of the answer. */
  get hasMore(): boolean {
    return this.#rest.length > 0
  }

  /** Whether the socket may be used again after the whole answer. */
  get isReusable(): boolean {
    return !this.#isLast && !this.hasMore
  }

  #readHead(): boolean {
    const head = this.#takeUntil('\r\n\r\n', 'its head is too large')
    if (head === undefined) return false
    const [statusLine, ...lines] = head.split('\r\n')
    const [, minor, code] = STATUS_LINE.exec(statusLine!) ?? []
    if (code === undefined) throw new BadAnswer('it does not begin with a status of HTTP/1.1')
    const status = Number(code)
    if (status === 101 || (status < 200 && minor === '0')) throw new BadAnswer('it goes on in another protocol')
    const headers = headersOf(lines)
    // Such as `100 Continue`: the answer is still to come.
    if (status < 200) return true
    this.#headers = headers
    this.#status = status
    this.#isLast = minor === '0' || /\bclose\b/i.test(this.#headers.connection ?? '')
    this.#read = this.#bodyReader()
    return true
  }

  #bodyReader(): () => boolean {
    const { 'transfer-encoding': encoding, 'content-length': length } = this.#headers
    if (length !== undefined) {
      if (encoding !== undefined) throw new BadAnswer('its body has two lengths')
      if (!/^\d{1,15}$/.test(length)) throw new BadAnswer('the length of its body is no number')
      this.#missing = Number(length)
    }
    if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') {
      throw new BadAnswer(`its body is encoded as ${encoding}`)
    }
    if (this.#status === 204 || this.#status === 304) this.#missing = 0
    else if (encoding !== undefined) return this.#readChunkSize
    else if (length === undefined) {
      this.#isLast = true
      return this.#readUntilEnd
    }
    return this.#readSized
  }

  #readSized(): boolean {
    this.#take()
    this.#isWhole = this.#missing === 0
    return false
  }

  #readUntilEnd(): boolean {
    this.#missing = this.#rest.length
    this.#take()
    return false
  }

  #readChunkSize(): boolean {
    const line = this.#line()
    if (line === undefined) return false
    const [, digits] = CHUNK_SIZE.exec(line) ?? []
    if (digits === undefined) throw new BadAnswer('the length of a chunk is no number')
    this.#missing = Number.parseInt(digits, 16)
    this.#read = this.#missing === 0 ? this.#readTrailer : this.#readChunk
    return true
  }

  #readChunk(): boolean {
    this.#take()
    if (this.#missing > 0) return false
    const line = this.#line()
    if (line === undefined) return false
    if (line !== '') throw new BadAnswer('a chunk is longer than it says')
    this.#read = this.#readChunkSize
    return true
  }

  /** What comes after the last chunk is read, and looked at by nobody. */
  #readTrailer(): boolean {
    const line = this.#line()
    if (line === undefined) return false
    this.#isWhole = line === ''
    if (!this.#isWhole && !HEADER.test(line)) throw new BadAnswer('a header is no header')
    return true
  }

  /** Takes bytes of the body, as many as there are. */
  #take(): void {
    const taken = this.#rest.subarray(0, this.#missing)
    if (this.#keepsBody && taken.length > 0) this.#body.push(taken)
    this.#rest = this.#rest.subarray(taken.length)
    this.#missing -= taken.length
  }

  #line(): string | undefined {
    return this.#takeUntil('\r\n', 'a line is too long')
  }

  /** Takes what comes before this end, and the end with it; undefined while that hasn't come. */
  #takeUntil(end: string, tooLong: string): string | undefined {
    const at = this.#rest.indexOf(end)
    if (at > MAX_HEAD_BYTES || (at < 0 && this.#rest.length > MAX_HEAD_BYTES)) throw new BadAnswer(tooLong)
    if (at < 0) return undefined
    const text = this.#rest.toString('latin1', 0, at)
    this.#rest = this.#rest.subarray(at + end.length)
    return text
  }
}

const NOTHING = Buffer.alloc(0)

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>
  for (const line of lines) {
    const [, name, value] = HEADER.exec(line) ?? []
    if (name === undefined) throw new BadAnswer('a header is no header')
    const key = name.toLowerCase()
    headers[key] = headers[key] === undefined ? value! : `${headers[key]}, ${value!}`
  }
  return headers
}

const textOf = (parts: readonly Buffer[]): string =>
  parts.length === 1 ? parts[0]!.toString() : Buffer.concat(parts).toString()
