import { createHmac, hash } from 'node:crypto'
import type { Credentials } from './credentials.ts'

interface SigningKey {
  /** The day, region and secret that the key was derived from. If one of them changes, a new key is derived. */
  of: string
  bytes: Buffer
}

/** The parts of a request that are signed. */
export interface Signed {
  /** Percent-encoded once, as it is sent. */
  path: string
  body: Uint8Array | string
  /** The operation in AWS's JSON protocols, such as `DynamoDB_20120810.GetItem`. */
  target?: string
  /** Epoch milliseconds, by AWS's clock. */
  now: number
}

/**
 * Signs requests to one host with Signature Version 4. It supports exactly one kind of request: a POST without a query.
 * The key is derived once a day, and the same bytes are hashed once for all requests that contain them. So a post of a
 * frame costs one hash and one HMAC.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class RequestSigner {
  readonly #service: string
  readonly #host: string
  readonly #contentType: string
  #key: SigningKey | undefined
  #second = Number.NaN
  #date = ''
  readonly #hashes = new WeakMap<Uint8Array, string>()

  /** @param host as in the header `host`: with the port, unless it is the protocol's default */
  constructor(service: string, host: string, contentType: string) {
    this.#service = service
    this.#host = host
    this.#contentType = contentType
  }

  /** Returns the headers of a request, including the signature. */
  headers(
    { path, body, target, now }: Signed,
    { accessKeyId, secretAccessKey, sessionToken }: Credentials,
    region: string,
  ): Record<string, string> {
    const date = this.#dateAt(now)
    const day = date.slice(0, 8)
    const scope = `${day}/${region}/${this.#service}/aws4_request`
    const bodyHash = this.#hashOf(body)
    const headers: Record<string, string> = {
      'content-type': this.#contentType,
      host: this.#host,
      'x-amz-content-sha256': bodyHash,
      'x-amz-date': date,
    }
    // In alphabetical order, as the signature requires.
    if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken
    if (target !== undefined) headers['x-amz-target'] = target
    const names = Object.keys(headers).join(';')
    let canonical = ''
    for (const name in headers) canonical += `${name}:${headers[name]}\n`
    const request = `POST\n${encodedAgain(path)}\n\n${canonical}\n${names}\n${bodyHash}`
    const signature = createHmac('sha256', this.#keyFor(day, region, secretAccessKey))
      .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', request)}`)
      .digest('hex')
    headers['content-length'] = String(Buffer.byteLength(body))
    headers.authorization =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, ` + `SignedHeaders=${names}, Signature=${signature}`
    return headers
  }

  #dateAt(now: number): string {
    const second = Math.floor(now / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#date = new Date(second * 1_000).toISOString().replace(/[-:]|\.\d{3}/g, '')
    }
    return this.#date
  }

  #hashOf(body: Uint8Array | string): string {
    if (typeof body === 'string') return hash('sha256', body)
    const known = this.#hashes.get(body) ?? hash('sha256', body)
    this.#hashes.set(body, known)
    return known
  }

  #keyFor(day: string, region: string, secret: string): Buffer {
    const of = `${day} ${region} ${secret}`
    if (this.#key?.of !== of) {
      const bytes = [day, region, this.#service, 'aws4_request'].reduce(
        (key, part) => createHmac('sha256', key).update(part).digest(),
        Buffer.from(`AWS4${secret}`),
      )
      this.#key = { of, bytes }
    }
    return this.#key.bytes
  }
}

/** Percent-encodes a segment of a path, including `!'()*`, which `encodeURIComponent` leaves unchanged. */
export const encoded = (segment: string): string => encodeURIComponent(segment).replace(/[!'()*]/g, escaped)

/**
 * Encodes a path for the signature. Every service but S3 expects the path to be encoded twice: a `=` becomes `%253D`.
 */
const encodedAgain = (path: string): string => (path === '/' ? path : encoded(path).replaceAll('%2F', '/'))

const escaped = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
