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
  /** `content-type`, `content-disposition`, … as a GET returns them. */
  headers: Record<string, string>
  /** `x-amz-meta-` names, without the prefix. */
  metadata: Record<string, string>
  checksums: Checksums
  tags: Tags
}

type Entry = StoredObject & { blob: string }

/** Bytes that arrived complete and were checked, but are not an object yet. */
export interface Incoming extends Digested {
  path: string
}

/**
 * Objects on disk: each is one file of bytes and one of JSON. The JSON file is named by the key's hash, because a key
 * is never safe as a path. An object appears by one rename, complete or not at all. The next start deletes what a crash
 * left unfinished. Objects survive the end of the process, but writes are not flushed (`fsync`).
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

  /** Streams bytes into a temporary file, and deletes it when anything about the bytes is wrong. */
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

  /** Makes an object of the bytes. Synchronous, so that nothing happens between a precondition's check and this. */
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

  /** Opens an object's bytes. They stay readable when the object is overwritten or deleted. The caller closes them. */
  open(key: string): number {
    const entry = this.#entries.get(key)
    if (!entry) throw new Error(`unable to open an object; there is none of that key`)
    return openSync(join(this.#blobs, entry.blob), 'r')
  }

  removeTags(key: string): void {
    const entry = this.#entries.get(key)
    if (entry) this.#write({ ...entry, tags: {} })
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    rmSync(this.#metaFile(key))
    rmSync(join(this.#blobs, entry.blob))
    this.#entries.delete(key)
  }

  /** The objects whose key has this prefix. */
  list(prefix: string): StoredObject[] {
    return [...this.#entries.values()].filter((entry) => entry.key.startsWith(prefix))
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
