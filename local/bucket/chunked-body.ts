import { S3Error } from './s3-error.ts'

/** Bytes of a chunk's head or a trailer line. Those that S3 clients send are below 200. */
const MAX_LINE_BYTES = 4096

/**
 * Removes the `aws-chunked` framing from a body. The SDK uses this framing for every body whose digest it doesn't know
 * in advance, such as a stream, and sends the checksum as a trailer.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 *
 * @param trailers filled with the trailing headers, names lower-cased
 * @throws S3Error IncompleteBody, MalformedTrailerError
 */
export async function* decodeChunked(
  body: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = new Reader(body)
  for (let last = false; !last;) {
    const head = await reader.line()
    if (!/^[0-9a-fA-F]{1,8}$/.test(head)) throw incomplete()
    const size = parseInt(head, 16)
    yield* reader.take(size)
    last = size === 0
    if (!last && (await reader.line()) !== '') throw incomplete()
  }
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':')
    if (colon < 1) {
      throw new S3Error('MalformedTrailerError', 'The request contained trailing data that was not well-formed')
    }
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
}

/** Reads lines and counted bytes from a stream. */
class Reader {
  readonly #source: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(body: AsyncIterable<Buffer>) {
    this.#source = body[Symbol.asyncIterator]()
  }

  /**
   * Returns the next line without its CRLF. The end of the body counts as an empty line, because not every client
   * closes the trailer.
   */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf('\r\n')
      if (end >= 0) {
        const line = this.#rest.toString('latin1', 0, end)
        this.#rest = this.#rest.subarray(end + 2)
        return line
      }
      if (this.#rest.length > MAX_LINE_BYTES) throw incomplete()
      if (!(await this.#more())) {
        if (this.#rest.length > 0) throw incomplete()
        return ''
      }
    }
  }

  async *take(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0 && !(await this.#more())) throw incomplete()
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      left -= piece.length
      if (piece.length > 0) yield piece
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next()
    if (next.done === true) return false
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value])
    return true
  }
}

function incomplete(): S3Error {
  return new S3Error('IncompleteBody', 'The request body terminated unexpectedly')
}
