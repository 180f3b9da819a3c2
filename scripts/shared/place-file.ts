import { readFile, rename, rm, writeFile } from 'node:fs/promises'

/** Where a long command was cut off, in a file beside what it reads or writes, so that it goes on there. */
export class PlaceFile<Place> {
  readonly #path: string

  constructor(of: string) {
    this.#path = `${of}.progress`
  }

  /** Undefined when there is none. */
  async read(): Promise<Place | undefined> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as Place
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new Error(`unable to go on; ${this.#path} can't be read: delete it to begin again`, { cause: error })
    }
  }

  /** The whole of it or nothing: also when the machine stops meanwhile. */
  async write(place: Place): Promise<void> {
    await writeFile(`${this.#path}.new`, JSON.stringify(place))
    await rename(`${this.#path}.new`, this.#path)
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true })
  }
}
