import { createHash, randomBytes, randomUUID } from 'node:crypto'
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
  /** `null` for an object that is older than the bucket's versioning. */
  versionId: string
  /** Bytes. */
  size: number
  /** Without quotes: hex MD5, or `<hex>-<parts>` for a multipart upload. */
  etag: string
  /** ISO 8601. */
  lastModified: string
  /** `content-type`, `content-disposition`, … as a GET returns them. */
  headers: Record<string, string>
  /** By `x-amz-meta-` name, without the prefix. */
  metadata: Record<string, string>
  checksums: Checksums
  tags: Tags
}

/** Hides the versions below it. A DELETE without a version creates one. */
interface DeleteMarker extends Pick<StoredObject, 'key' | 'versionId' | 'lastModified'> {
  isDeleteMarker: true
}

export type Version = (StoredObject & { isDeleteMarker?: never }) | DeleteMarker

/** A version on disk. `order` rises with every version, whatever the clock says. A delete marker has no blob. */
type Entry = Version & { order: number; blob?: string }

/** The version id of an object that is older than the bucket's versioning. */
const NULL_VERSION = 'null'

/** Returns an opaque id of 32 characters that need no encoding in a URL. */
export const newVersionId = (): string => randomBytes(24).toString('base64url')

/** Bytes that arrived complete and were checked, but are not an object yet. */
export interface Incoming extends Digested {
  path: string
}

/**
 * Keeps versions on disk, each as one file of bytes and one of JSON. The JSON file's name has the version and a hash of
 * the key, because a key is never safe as a path. A version appears by one rename, complete or not at all. The next
 * start deletes what a crash left unfinished. Versions survive the end of the process, but writes are not flushed
 * (`fsync`).
 */
export class ObjectStore {
  /** By key, the newest version first. No list is empty. */
  readonly #versions = new Map<string, Entry[]>()
  readonly #blobs: string
  readonly #objects: string
  readonly #incoming: string
  #order: number

  constructor(dir: string) {
    this.#blobs = join(dir, 'blobs')
    this.#objects = join(dir, 'objects')
    this.#incoming = join(dir, 'incoming')
    rmSync(this.#incoming, { recursive: true, force: true })
    for (const each of [this.#blobs, this.#objects, this.#incoming]) mkdirSync(each, { recursive: true })
    const entries = readdirSync(this.#objects).map((name) => {
      // A file that is older than the bucket's versioning has neither of the two.
      const unversioned = { versionId: NULL_VERSION, order: 0 }
      return Object.assign(unversioned, JSON.parse(readFileSync(join(this.#objects, name), 'utf8')) as Entry)
    })
    for (const entry of entries.sort((a, b) => a.order - b.order)) this.#add(entry)
    this.#order = entries.at(-1)?.order ?? 0
    const known = new Set(entries.map(({ blob }) => blob))
    for (const name of readdirSync(this.#blobs)) if (!known.has(name)) rmSync(join(this.#blobs, name))
  }

  /** Streams bytes into a temporary file. Deletes the file if the bytes are not as announced. */
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

  /**
   * Makes the bytes a new version. Synchronous, so that nothing happens between the check of a precondition and this.
   */
  put(object: StoredObject, incoming: Incoming): void {
    const blob = randomUUID()
    renameSync(incoming.path, join(this.#blobs, blob))
    const entry = { ...object, blob, order: ++this.#order }
    this.#save(entry)
    this.#add(entry)
  }

  /** Hides the key's versions behind a delete marker. Returns the marker's version id. */
  hide(key: string, at: Date): string {
    const versionId = newVersionId()
    const lastModified = at.toISOString()
    const entry: Entry = { key, versionId, lastModified, isDeleteMarker: true, order: ++this.#order }
    this.#save(entry)
    this.#add(entry)
    return versionId
  }

  /** Returns a version or delete marker, by default the newest one, or undefined if there is none. */
  find(key: string, versionId?: string): Version | undefined {
    const versions = this.#versions.get(key) ?? []
    return versionId === undefined ? versions[0] : versions.find((version) => version.versionId === versionId)
  }

  /** Returns the key's object: its newest version, or undefined if that is a delete marker. */
  get(key: string): StoredObject | undefined {
    const newest = this.find(key)
    return newest?.isDeleteMarker ? undefined : newest
  }

  /** Opens a version's bytes. They stay readable even if the version is deleted. The caller closes the file. */
  open({ key, versionId }: StoredObject): number {
    const { blob } = this.#entry(key, versionId) ?? {}
    if (blob === undefined) throw new Error('unable to open an object; there is no such version')
    return openSync(join(this.#blobs, blob), 'r')
  }

  removeTags({ key, versionId }: StoredObject): void {
    const entry = this.#entry(key, versionId)
    if (!entry || entry.isDeleteMarker) return
    entry.tags = {}
    this.#save(entry)
  }

  /** Permanently deletes a version. The newest remaining one then is the key's object. */
  delete(key: string, versionId: string): void {
    const entry = this.#entry(key, versionId)
    if (!entry) return
    rmSync(this.#metaFile(entry))
    if (entry.blob !== undefined) rmSync(join(this.#blobs, entry.blob))
    const left = this.#versions.get(key)!.filter((version) => version !== entry)
    if (left.length > 0) this.#versions.set(key, left)
    else this.#versions.delete(key)
  }

  /** Returns the versions of each key with this prefix, each key's newest first. */
  list(prefix: string): Version[][] {
    return [...this.#versions].filter(([key]) => key.startsWith(prefix)).map(([, versions]) => [...versions])
  }

  #entry(key: string, versionId: string): Entry | undefined {
    return this.#versions.get(key)?.find((version) => version.versionId === versionId)
  }

  #add(entry: Entry): void {
    this.#versions.set(entry.key, [entry, ...(this.#versions.get(entry.key) ?? [])])
  }

  #save(entry: Entry): void {
    const draft = join(this.#incoming, randomUUID())
    writeFileSync(draft, JSON.stringify(entry))
    renameSync(draft, this.#metaFile(entry))
  }

  /** An object that is older than the bucket's versioning keeps the name of its file. */
  #metaFile({ key, versionId }: Version): string {
    const hash = createHash('sha256').update(key).digest('hex')
    return join(this.#objects, versionId === NULL_VERSION ? `${hash}.json` : `${hash}-${versionId}.json`)
  }
}
