import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { S3Error } from './s3-error.ts'

interface Digest {
  update(chunk: Uint8Array): unknown
  digest(): Buffer
}

const ALGORITHMS = {
  crc32: crc32Digest,
  sha1: () => createHash('sha1'),
  sha256: () => createHash('sha256'),
} as const

type ChecksumAlgorithm = keyof typeof ALGORITHMS

/** Base64 checksums by algorithm. */
export type Checksums = Partial<Record<ChecksumAlgorithm, string>>

/** The digests that the sender announces. */
interface ExpectedDigests {
  /** `Content-MD5`, in base64. */
  md5?: string
  /** `x-amz-content-sha256`, in hex. */
  payloadSha256?: string
  checksums: Checksums
  /** Algorithms whose checksum comes in the trailer. */
  trailing: ChecksumAlgorithm[]
}

/** Size and digests of the received bytes. */
export interface Digested {
  /** Bytes. */
  size: number
  md5: Buffer
  checksums: Checksums
}

const NOT_A_CHECKSUM = new Set(['mode', 'type', 'algorithm'])

/** Reads the announced digests from headers or from a form's fields. Both use the same names. */
export function expectedDigests(named: (name: string) => string | undefined, names: Iterable<string>): ExpectedDigests {
  const checksums: Checksums = {}
  for (const name of names) {
    const algorithm = /^x-amz-checksum-(.+)$/.exec(name)?.[1]
    if (algorithm === undefined || NOT_A_CHECKSUM.has(algorithm)) continue
    const value = named(name)
    if (value !== undefined) checksums[supported(algorithm)] = value
  }
  const trailing = (named('x-amz-trailer') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
    .map((name) => supported(name.replace(/^x-amz-checksum-/, '')))
  const md5 = named('content-md5')
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.')
  }
  return { checksums, trailing, ...(md5 !== undefined && { md5 }) }
}

function supported(algorithm: string): ChecksumAlgorithm {
  if (Object.hasOwn(ALGORITHMS, algorithm)) return algorithm as ChecksumAlgorithm
  throw new S3Error('NotImplemented', `The checksum algorithm ${algorithm} is not emulated.`)
}

/** Returns CRC-32 in the shape of a `node:crypto` hash. */
function crc32Digest(): Digest {
  let value = 0
  return {
    update(chunk) {
      value = crc32(chunk, value)
    },
    digest() {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes
    },
  }
}

/** Digests bytes as they pass, and compares the digests with the expected ones. */
export class Digester {
  readonly #expected: ExpectedDigests
  readonly #md5 = createHash('md5')
  readonly #payload = createHash('sha256')
  readonly #checksums = new Map<ChecksumAlgorithm, Digest>()
  #size = 0

  constructor(expected: ExpectedDigests) {
    this.#expected = expected
    for (const algorithm of [...(Object.keys(expected.checksums) as ChecksumAlgorithm[]), ...expected.trailing]) {
      this.#checksums.set(algorithm, ALGORITHMS[algorithm]())
    }
  }

  /** Number of bytes so far. */
  get size(): number {
    return this.#size
  }

  update(chunk: Buffer): void {
    this.#size += chunk.length
    this.#md5.update(chunk)
    if (this.#expected.payloadSha256 !== undefined) this.#payload.update(chunk)
    for (const checksum of this.#checksums.values()) checksum.update(chunk)
  }

  /** @throws S3Error BadDigest, XAmzContentSHA256Mismatch, MalformedTrailerError */
  finish(trailers: ReadonlyMap<string, string>): Digested {
    const { md5: expectedMd5, payloadSha256, checksums: expected, trailing } = this.#expected
    const md5 = this.#md5.digest()
    if (expectedMd5 !== undefined && !md5.equals(Buffer.from(expectedMd5, 'base64'))) {
      throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.')
    }
    if (payloadSha256 !== undefined && this.#payload.digest('hex') !== payloadSha256) {
      throw new S3Error(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      )
    }
    const checksums: Checksums = {}
    for (const [algorithm, checksum] of this.#checksums) {
      const given = trailing.includes(algorithm) ? trailers.get(`x-amz-checksum-${algorithm}`) : expected[algorithm]
      if (given === undefined)
        throw new S3Error('MalformedTrailerError', 'The request contained trailing data that was not well-formed')
      const actual = checksum.digest().toString('base64')
      if (given !== actual) {
        throw new S3Error(
          'BadDigest',
          `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
        )
      }
      checksums[algorithm] = actual
    }
    return { size: this.#size, md5, checksums }
  }
}
