import { createHash, randomUUID } from 'node:crypto'
import {
  createWriteStream,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Checksums, Digested, Digester } from './digests.ts'
import type { Tags } from './tags.ts'

export interface StoredObject {
  key: string
  /** Bytes. */
  size: number
  /** Without its quotes: hex MD5, or `<hex>-<parts>` for a multipart upload. */
  etag: string
  /** ISO 8601 */
  lastModified: string
  /** `content-type`, `content-disposition`, … as they are sent back. */
  headers: Record<string, string>
  /** `x-amz-meta-` names, without the prefix. */
  metadata: Record<string, string>
  checksums: Checksums
  tags: Tags
}

type Entry = StoredObject & { blob: string }

/** Bytes that arrived whole and were checked, not yet an object. */
export interface Incoming extends Digested {
  path: string
}

/**
 * Objects on disk: one file of bytes and one of JSON each, the latter named by the key's hash, so that no key is ever
 * a path. An object appears by one rename, whole or not at all; what a crash left half done is removed at the next
 * start. It survives the process's death; it isn't flushed to the platter.
 */
export class ObjectStore {
  readonly #entries = new Map<string, Entry>()
  readonly #blobs: string
  readonly #objects: string
  readonly #incoming: string

  constructor(dir: string) {
    this.#blobs = join(dir, 'blobs')
    this.#objects = join(dir, 'objects')
    this.#incoming = join(dir, 'incoming')
    rmSync(this.#incoming, { recursive: true, force: true })
    for (const each of [this.#blobs, this.#objects, this.#incoming]) mkdirSync(each, { recursive: true })
    for (const name of readdirSync(this.#objects)) {
      const entry = JSON.parse(readFileSync(join(this.#objects, name), 'utf8')) as Entry
      this.#entries.set(entry.key, entry)
    }
    const known = new Set([...this.#entries.values()].map((entry) => entry.blob))
    for (const name of readdirSync(this.#blobs)) if (!known.has(name)) rmSync(join(this.#blobs, name))
  }

  /** Streams bytes into a temporary file, which is gone again when anything about them is wrong. */
  async receive(
    chunks: AsyncIterable<Buffer>,
    digester: Digester,
    finish: () => Digested = () => digester.finish(new Map()),
  ): Promise<Incoming> {
    const path = join(this.#incoming, randomUUID())
    try {
      await pipeline(
        chunks,
        async function* (source: AsyncIterable<Buffer>) {
          for await (const chunk of source) {
            digester.update(chunk)
            yield chunk
          }
        },
        createWriteStream(path, { flags: 'wx' }),
      )
      return { path, ...finish() }
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }

  async discard(incoming: Incoming): Promise<void> {
    await rm(incoming.path, { force: true })
  }

  /** Makes the bytes an object. Without an `await`: nothing can come between a precondition's check and this. */
  put(object: StoredObject, incoming: Incoming): void {
    const blob = randomUUID()
    const before = this.#entries.get(object.key)
    renameSync(incoming.path, join(this.#blobs, blob))
    this.#write({ ...object, blob })
    if (before) rmSync(join(this.#blobs, before.blob))
  }

  get(key: string): StoredObject | undefined {
    return this.#entries.get(key)
  }

  /** A descriptor of an object's bytes, which an overwrite or a delete can't take away; the caller closes it. */
  open(key: string): number {
    const entry = this.#entries.get(key)
    if (!entry) throw new Error(`unable to open an object; there is none of that key`)
    return openSync(join(this.#blobs, entry.blob), 'r')
  }

  setTags(key: string, tags: Tags): void {
    const entry = this.#entries.get(key)
    if (entry) this.#write({ ...entry, tags })
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    rmSync(this.#metaFile(key))
    rmSync(join(this.#blobs, entry.blob))
    this.#entries.delete(key)
  }

  /** In the order of the keys' UTF-8 bytes, as S3 lists. */
  list(prefix: string): StoredObject[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  }

  #write(entry: Entry): void {
    const draft = join(this.#incoming, randomUUID())
    writeFileSync(draft, JSON.stringify(entry))
    renameSync(draft, this.#metaFile(entry.key))
    this.#entries.set(entry.key, entry)
  }

  #metaFile(key: string): string {
    return join(this.#objects, `${createHash('sha256').update(key).digest('hex')}.json`)
  }
}
