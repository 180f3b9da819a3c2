import { createHash, createHmac, timingSafeEqual, type Hash, type Hmac } from 'node:crypto'
import { createScope, getCanonicalHeaders, getCanonicalQuery, SignatureV4 } from '@smithy/signature-v4'
import { S3Error } from './s3-error.ts'
import type { Target } from './target.ts'

export interface KeyPair {
  accessKeyId: string
  secretAccessKey: string
  /** Only for temporary keys: every request that they sign must carry it. */
  sessionToken?: string
}

/** The `Credential` of a signature: `<access key>/<yyyymmdd>/<region>/s3/aws4_request`. */
interface CredentialScope {
  accessKeyId: string
  shortDate: string
  region: string
}

export const ALGORITHM = 'AWS4-HMAC-SHA256'

/**
 * Signs strings with one key pair. Uses the SDK's own signer for everything except the layout of the canonical request.
 */
export class Signer {
  readonly #signer: SignatureV4
  readonly region: string
  readonly sessionToken: string | undefined

  constructor({ credentials, region }: { credentials: KeyPair; region: string }) {
    this.region = region
    this.sessionToken = credentials.sessionToken
    this.#signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false })
  }

  /** Whether `given` is the signature of `stringToSign`. Compares in constant time. */
  async verify(given: string, stringToSign: string, signingDate: Date): Promise<boolean> {
    const expected = Buffer.from(await this.#signer.sign(stringToSign, { signingDate }))
    const actual = Buffer.from(given)
    return actual.length === expected.length && timingSafeEqual(actual, expected)
  }

  scope(longDate: string): string {
    return createScope(longDate.slice(0, 8), this.region, 's3')
  }
}

/** The key pairs that the bucket knows. */
export class Signers {
  readonly region: string
  readonly #signers: ReadonlyMap<string, Signer>

  constructor({ keys, region }: { keys: readonly KeyPair[]; region: string }) {
    this.region = region
    this.#signers = new Map(keys.map((credentials) => [credentials.accessKeyId, new Signer({ credentials, region })]))
  }

  /**
   * Returns the signer for an access key.
   *
   * @param token the session token that the request carries
   * @throws S3Error InvalidAccessKeyId, InvalidToken
   */
  of(accessKeyId: string, token: string | null | undefined): Signer {
    const signer = this.#signers.get(accessKeyId)
    if (signer === undefined) {
      throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.')
    }
    if (signer.sessionToken !== (token ?? undefined)) {
      throw new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.')
    }
    return signer
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
export function stringToSign(
  request: { method: string; target: Target; headers: Record<string, string> },
  signedHeaders: string[],
  payload: string,
  { longDate, scope }: { longDate: string; scope: string },
): string {
  const signed = new Set(signedHeaders)
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => signed.has(name)))
  const canonical = getCanonicalHeaders({ ...EMPTY_REQUEST, headers }, undefined, signed)
  const query: Record<string, string[]> = {}
  for (const name of request.target.query.keys()) query[name] = request.target.query.getAll(name)
  const canonicalRequest = [
    request.method,
    request.target.canonicalPath,
    getCanonicalQuery({ ...EMPTY_REQUEST, query }),
    ...Object.entries(canonical)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}:${value}`),
    '',
    signedHeaders.join(';'),
    payload,
  ].join('\n')
  return [ALGORITHM, longDate, scope, sha256(canonicalRequest)].join('\n')
}

/** Returns undefined if the text is malformed or doesn't name S3. */
export function parseCredential(text: string): CredentialScope | undefined {
  const match = /^([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request$/.exec(text)
  if (!match) return undefined
  const [, accessKeyId = '', shortDate = '', region = ''] = match
  return { accessKeyId, shortDate, region }
}

/** Parses `yyyymmddThhmmssZ`. Returns undefined for any other text. */
export function parseLongDate(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second] = match
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const EMPTY_REQUEST = { method: '', protocol: '', hostname: '', path: '', headers: {} }

/** `node:crypto` in the shape that the SDK's signer requires. */
class Sha256 {
  readonly #hash: Hash | Hmac
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret))
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): never {
    throw new Error('unable to reset a digest; the signer makes a new one for each string')
  }
}

function keyOf(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret
  if (secret instanceof ArrayBuffer) return new Uint8Array(secret)
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
}
