import { readFile, rename, rm, writeFile } from 'node:fs/promises'

/**
 * Keeps in a file where a long command was interrupted, so that it can continue there. The file is beside what it reads
 * or writes.
 */
export class PlaceFile<Place> {
  readonly #path: string

  constructor(of: string) {
    this.#path = `${of}.progress`
  }

  /** Returns undefined if there is none. */
  async read(): Promise<Place | undefined> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as Place
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new Error(`unable to go on; ${this.#path} can't be read: delete it to begin again`, { cause: error })
    }
  }

  /** Writes atomically, even if the machine stops in the meantime. */
  async write(place: Place): Promise<void> {
    await writeFile(`${this.#path}.new`, JSON.stringify(place))
    await rename(`${this.#path}.new`, this.#path)
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true })
  }
}
