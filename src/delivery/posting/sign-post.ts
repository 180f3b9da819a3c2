import { createHmac, hash } from 'node:crypto'

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

interface SigningKey {
  /** The day, region and secret that it was made of; if one changes, another key is made. */
  of: string
  bytes: Buffer
}

const SERVICE = 'execute-api'
const CONTENT_TYPE = 'application/octet-stream'
const SIGNED = 'content-type;host;x-amz-content-sha256;x-amz-date'

/**
 * Signs posts to one host with Signature Version 4, for exactly one kind of request: a POST of bytes without a query.
 * The key is made once a day and the hash of a frame once for all of its recipients, so a post costs one hash and one
 * HMAC.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class PostSigner {
  readonly #host: string
  #key: SigningKey | undefined
  #second = Number.NaN
  #date = ''
  readonly #hashes = new WeakMap<Uint8Array, string>()

  /** @param host as in the request's header: with the port, unless it is the protocol's default */
  constructor(host: string) {
    this.#host = host
  }

  /**
   * Returns the headers of a post.
   *
   * @param path as it is sent: percent-encoded once
   */
  headers(
    path: string,
    body: Uint8Array,
    { accessKeyId, secretAccessKey, sessionToken }: Credentials,
    region: string,
  ): Record<string, string> {
    const date = this.#dateAt(Date.now())
    const day = date.slice(0, 8)
    const scope = `${day}/${region}/${SERVICE}/aws4_request`
    const credential = `Credential=${accessKeyId}/${scope}`
    const bodyHash = this.#hashOf(body)
    const token = sessionToken === undefined ? '' : `x-amz-security-token:${sessionToken}\n`
    const signed = sessionToken === undefined ? SIGNED : `${SIGNED};x-amz-security-token`
    const request =
      `POST\n${encodedAgain(path)}\n\ncontent-type:${CONTENT_TYPE}\nhost:${this.#host}\n` +
      `x-amz-content-sha256:${bodyHash}\nx-amz-date:${date}\n${token}\n${signed}\n${bodyHash}`
    const signature = createHmac('sha256', this.#keyFor(day, region, secretAccessKey))
      .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', request)}`)
      .digest('hex')
    return {
      host: this.#host,
      'content-type': CONTENT_TYPE,
      'content-length': String(body.length),
      'x-amz-content-sha256': bodyHash,
      'x-amz-date': date,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signed}, Signature=${signature}`,
    }
  }

  #dateAt(now: number): string {
    const second = Math.floor(now / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#date = new Date(second * 1_000).toISOString().replace(/[-:]|\.\d{3}/g, '')
    }
    return this.#date
  }

  #hashOf(body: Uint8Array): string {
    const known = this.#hashes.get(body) ?? hash('sha256', body)
    this.#hashes.set(body, known)
    return known
  }

  #keyFor(day: string, region: string, secret: string): Buffer {
    const of = `${day} ${region} ${secret}`
    if (this.#key?.of !== of) {
      const bytes = [day, region, SERVICE, 'aws4_request'].reduce(
        (key, part) => createHmac('sha256', key).update(part).digest(),
        Buffer.from(`AWS4${secret}`),
      )
      this.#key = { of, bytes }
    }
    return this.#key.bytes
  }
}

/** Encodes a segment of a path, including `!'()*`, which `encodeURIComponent` leaves as they are. */
export const encoded = (segment: string): string => encodeURIComponent(segment).replace(/[!'()*]/g, escaped)

/** Every service but S3 expects the path to be encoded twice for the signature: a connection id's `=` as `%253D`. */
const encodedAgain = (path: string): string => encoded(path).replaceAll('%2F', '/')

const escaped = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
