import { createHash } from 'node:crypto'
import { signatureDoesNotMatch, type Verified } from './authenticate.ts'
import { S3Error } from './s3-error.ts'
import { EMPTY_SHA256, sha256, type Signer } from './signature.ts'

/** Bytes of a chunk's head or a trailer line: S3's own are below 200. */
const MAX_LINE_BYTES = 4096

/**
 * Takes `aws-chunked` framing off a body, checking the signature of every chunk and of the trailer where the payload
 * kind says that they are signed. Chunks are passed on before they are checked: keep nothing unless it ends well.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
 *
 * @param trailers filled with the trailing headers, lower-cased
 * @throws S3Error IncompleteBody, SignatureDoesNotMatch, MalformedTrailerError
 */
export async function* decodeChunked(
  body: AsyncIterable<Buffer>,
  verified: Verified,
  signer: Signer,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const signed = verified.payload.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')
  const reader = new Reader(body)
  let previous = verified.signature

  const check = async (kind: string, signature: string | undefined, hashes: string[]): Promise<void> => {
    const text = [kind, verified.longDate, signer.scope(verified.longDate), previous, ...hashes].join('\n')
    if (signature === undefined || !(await signer.verify(signature, text, verified.signingDate))) {
      throw signatureDoesNotMatch()
    }
    previous = signature
  }

  for (let last = false; !last;) {
    const head = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(await reader.line())
    if (!head) throw incomplete()
    const size = parseInt(head[1] ?? '', 16)
    const hash = createHash('sha256')
    for await (const piece of reader.take(size)) {
      if (signed) hash.update(piece)
      yield piece
    }
    last = size === 0
    if (!last && (await reader.line()) !== '') throw incomplete()
    if (signed) await check('AWS4-HMAC-SHA256-PAYLOAD', head[2], [EMPTY_SHA256, hash.digest('hex')])
  }

  if (!verified.payload.endsWith('-TRAILER')) return
  let covered = ''
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':')
    if (colon < 1)
      throw new S3Error('MalformedTrailerError', 'The request contained trailing data that was not well-formed')
    const name = line.slice(0, colon).trim().toLowerCase()
    trailers.set(name, line.slice(colon + 1).trim())
    if (name !== 'x-amz-trailer-signature') covered += `${name}:${trailers.get(name)}\n`
  }
  if (signed) await check('AWS4-HMAC-SHA256-TRAILER', trailers.get('x-amz-trailer-signature'), [sha256(covered)])
}

/** Lines and counted bytes of a stream. */
class Reader {
  readonly #source: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(body: AsyncIterable<Buffer>) {
    this.#source = body[Symbol.asyncIterator]()
  }

  /** The next line without its CRLF. The end of the body counts as one empty line: not every signer closes the trailer. */
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
