/** The server's response is not valid HTTP/1.1, or is ambiguous. */
class BadAnswer extends Error {
  override name = 'BadAnswer'

  constructor(why: string) {
    super(`unable to read the answer; ${why}`)
  }
}

/** An HTTP response. */
export interface Answer {
  status: number
  /** By lower-case name. The values of a repeated header are joined by `, `. */
  headers: Readonly<Record<string, string>>
  /** Empty if the body is not kept. */
  body: string
}

/** The same limit as in `node:http`. */
const MAX_HEAD_BYTES = 16_384

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\0-\x08\x0a-\x1f\x7f]*)?$/
const HEADER = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*((?:[^\0-\x08\x0a-\x1f\x7f]*[^\0-\x20\x7f])?)[ \t]*$/
const CHUNK_SIZE = /^([\da-f]{1,8})(?:;[!#$%&'*+.^_`|~\w=-]+)*$/i

/**
 * Reads one response to a POST from the bytes of a socket, however they are split. It is stricter than `node:http`, but
 * reads everything that it accepts in the same way. A test checks that with random bytes.
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
  /** How many bytes of the body, or of its current chunk, are still missing. */
  #missing = 0
  #isWhole = false

  /** @param keepsBody whether the body is needed, and not only status and headers */
  constructor(keepsBody: boolean) {
    this.#keepsBody = keepsBody
  }

  /**
   * Adds received bytes. Returns whether the response is now complete.
   *
   * @throws BadAnswer when the bytes are not a valid response
   */
  push(bytes: Buffer): boolean {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    while (!this.#isWhole && this.#read());
    return this.#isWhole
  }

  /**
   * Notes that the server sends no more. Returns whether the response is complete; a response without a length now is.
   */
  end(): boolean {
    if (this.#read === this.#readUntilEnd) this.#isWhole = true
    return this.#isWhole
  }

  /** The response; undefined until its head has been read. */
  get answer(): Answer | undefined {
    if (this.#status === 0) return undefined
    return { status: this.#status, headers: this.#headers, body: textOf(this.#body) }
  }

  /** Whether bytes have arrived that are not part of the response. */
  get hasMore(): boolean {
    return this.#rest.length > 0
  }

  /** Whether the socket may be used again after the complete response. */
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
    // An interim response such as `100 Continue`. The final response follows.
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

  /** Reads the trailer after the last chunk, and ignores its content. */
  #readTrailer(): boolean {
    const line = this.#line()
    if (line === undefined) return false
    this.#isWhole = line === ''
    if (!this.#isWhole && !HEADER.test(line)) throw new BadAnswer('a header is no header')
    return true
  }

  /** Takes the available bytes of the body. */
  #take(): void {
    const taken = this.#rest.subarray(0, this.#missing)
    if (this.#keepsBody && taken.length > 0) this.#body.push(taken)
    this.#rest = this.#rest.subarray(taken.length)
    this.#missing -= taken.length
  }

  #line(): string | undefined {
    return this.#takeUntil('\r\n', 'a line is too long')
  }

  /** Takes the text before this end mark, and the mark itself. Returns undefined if the mark has not arrived yet. */
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
