import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Digester } from './digests.ts'
import type { Incoming, ObjectStore, StoredObject } from './object-store.ts'
import { S3Error } from './s3-error.ts'

/**
 * Minimum bytes of every part except the last: 5 MiB. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
const MIN_PART_BYTES = 5 * 1024 ** 2

type Described = Pick<StoredObject, 'key' | 'headers' | 'metadata' | 'tags'>

interface MultipartUpload {
  described: Described
  startedAt: Date
  parts: Map<number, Incoming>
}

/** Multipart uploads that are not complete. They are in memory, and a restart forgets them. */
export class MultipartUploads {
  readonly #uploads = new Map<string, MultipartUpload>()
  readonly #store: ObjectStore

  constructor(store: ObjectStore) {
    this.#store = store
  }

  create(described: Described, startedAt: Date): string {
    const id = randomBytes(32).toString('base64url')
    this.#uploads.set(id, { described, startedAt, parts: new Map() })
    return id
  }

  /** @throws S3Error NoSuchUpload */
  get(id: string, key: string): MultipartUpload {
    const upload = this.#uploads.get(id)
    if (upload?.described.key === key) return upload
    throw new S3Error('NoSuchUpload', 'The specified multipart upload does not exist.')
  }

  /** Stores a part. It replaces an earlier part with the same number. */
  async putPart(id: string, key: string, number: number, part: Incoming): Promise<void> {
    // The upload may have been aborted while the part arrived.
    const upload = this.#uploads.get(id)
    if (!upload) {
      await this.#store.discard(part)
      this.get(id, key)
      return
    }
    const before = upload.parts.get(number)
    upload.parts.set(number, part)
    if (before) await this.#store.discard(before)
  }

  /**
   * Joins the listed parts. The upload remains until `remove`.
   *
   * @throws S3Error NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall
   */
  async join(
    id: string,
    key: string,
    listed: { number: number; etag: string }[],
  ): Promise<{ incoming: Incoming; etag: string; described: Described }> {
    const { described, parts } = this.get(id, key)
    const chosen = listed.map(({ number, etag }, index) => {
      const part = parts.get(number)
      if (!part || part.md5.toString('hex') !== etag) {
        throw new S3Error('InvalidPart', 'One or more of the specified parts could not be found.')
      }
      if (number <= (listed[index - 1]?.number ?? 0)) {
        throw new S3Error('InvalidPartOrder', 'The list of parts was not in ascending order.')
      }
      if (part.size < MIN_PART_BYTES && index < listed.length - 1) {
        throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
      }
      return part
    })
    async function* bytes(): AsyncGenerator<Buffer> {
      for (const part of chosen) yield* createReadStream(part.path) as AsyncIterable<Buffer>
    }
    const incoming = await this.#store.receive(bytes(), new Digester({ checksums: {}, trailing: [] }))
    const digests = createHash('md5').update(Buffer.concat(chosen.map((part) => part.md5)))
    return { incoming, etag: `${digests.digest('hex')}-${chosen.length}`, described }
  }

  /** Deletes an upload and its parts. */
  async remove(id: string): Promise<void> {
    const upload = this.#uploads.get(id)
    this.#uploads.delete(id)
    for (const part of upload?.parts.values() ?? []) await this.#store.discard(part)
  }

  /** Deletes the uploads with this key prefix that began at `cutoff` or earlier. Returns their number. */
  async removeOlder(prefix: string, cutoff: Date): Promise<number> {
    const old = [...this.#uploads].filter(
      ([, { described, startedAt }]) => described.key.startsWith(prefix) && startedAt <= cutoff,
    )
    for (const [id] of old) await this.remove(id)
    return old.length
  }
}
