import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Log } from '../contracts.ts'

/** How far a shard has been processed. */
export interface ShardCheckpoint {
  /** All records up to this sequence number are processed. */
  after?: string
  /** The whole shard is processed. It is closed, and its children may be read. */
  finished?: true
}

interface Stored {
  streamArn: string
  shards: Record<string, ShardCheckpoint>
}

/** Keeps how far the stream has been processed, in a file if one is given. */
export class Checkpoint {
  readonly #file: string | undefined
  readonly #log: Log
  readonly #stored: Stored
  #unsaved = false
  #saving: Promise<void> | undefined

  private constructor(file: string | undefined, stored: Stored, log: Log) {
    this.#file = file
    this.#stored = stored
    this.#log = log
  }

  /** Reads the file. If it is missing, damaged or of another stream, records are delivered again. */
  static async open(file: string | undefined, streamArn: string, log: Log): Promise<Checkpoint> {
    const none = { streamArn, shards: {} }
    const stored = file === undefined ? undefined : await read(file, log)
    if (stored !== undefined && stored.streamArn !== streamArn) {
      log.warn('the checkpoint is of another stream and is not used', { streamArn: stored.streamArn })
      return new Checkpoint(file, none, log)
    }
    return new Checkpoint(file, stored ?? none, log)
  }

  of(shardId: string): ShardCheckpoint | undefined {
    return this.#stored.shards[shardId]
  }

  set(shardId: string, shard: ShardCheckpoint): void {
    this.#stored.shards[shardId] = shard
    this.#changed()
  }

  /** Forgets the shards that the stream no longer has. */
  keepOnly(shardIds: ReadonlySet<string>): void {
    for (const shardId of Object.keys(this.#stored.shards)) {
      if (shardIds.has(shardId)) continue
      delete this.#stored.shards[shardId]
      this.#changed()
    }
  }

  /** Resolves when the file is up to date. */
  async flush(): Promise<void> {
    await this.#saving
    if (this.#unsaved) await this.#write()
  }

  #changed(): void {
    this.#unsaved = true
    this.#saving ??= this.#saveWhileChanged()
  }

  async #saveWhileChanged(): Promise<void> {
    try {
      while (this.#unsaved) await this.#write()
    } catch (error) {
      this.#log.error('unable to save the checkpoint; trying again with the next record', { error: String(error) })
    } finally {
      this.#saving = undefined
    }
  }

  async #write(): Promise<void> {
    this.#unsaved = false
    if (this.#file === undefined) return
    const temporary = `${this.#file}.new`
    try {
      await writeFile(temporary, JSON.stringify(this.#stored))
      await rename(temporary, this.#file)
    } catch (error) {
      this.#unsaved = true
      throw error
    }
  }
}

async function read(file: string, log: Log): Promise<Stored | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Stored
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (!(error instanceof SyntaxError)) throw error
    log.warn('the checkpoint cannot be read and is not used', { file })
    return undefined
  }
}
