import { once } from 'node:events'
import { type FileHandle, open, stat } from 'node:fs/promises'
import type { Line } from '../../src/archive/line.ts'
import { PlaceFile } from '../shared/place-file.ts'

const textOf = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')

/** Where the lines of an archive are written. */
export interface Output {
  /** The cursor of the last page that an interrupted run has written, if any. */
  cursor?: string
  write(lines: readonly (Line | object)[], cursor?: string): Promise<void>
  /** Called when everything is written. */
  end(): Promise<void>
}

/** Writes no faster than the reader reads. */
export const standardOutput: Output = {
  async write(lines) {
    if (!process.stdout.write(textOf(lines))) await once(process.stdout, 'drain')
  },
  end: () => Promise.resolve(),
}

interface Place {
  of: string
  /** Bytes of the file that are kept. What follows them is written again. */
  bytes: number
  cursor: string
}

/**
 * Opens a file for an archive. It continues where an interrupted run stopped, and is created with its first lines.
 *
 * @param of the archive's content; a file with another content is not continued
 * @throws Error if the file exists and an interrupted run didn't leave it
 */
export async function fileOutput(path: string, of: string): Promise<Output> {
  const placeFile = new PlaceFile<Place>(path)
  const place = await placeFile.read()
  const exists = (await stat(path).catch(() => undefined)) !== undefined
  if (exists && place?.of !== of) throw new Error(`unable to export; ${path} is there already`)
  const begin = async () => {
    const file = await open(path, exists ? 'r+' : 'wx', 0o600)
    await file.truncate(place?.bytes ?? 0)
    return file
  }
  return new FileOutput(begin, placeFile, place ?? { of, bytes: 0, cursor: '' })
}

class FileOutput implements Output {
  readonly #begin: () => Promise<FileHandle>
  #file: FileHandle | undefined
  readonly #placeFile: PlaceFile<Place>
  readonly #place: Place
  #bytes: number

  constructor(begin: () => Promise<FileHandle>, placeFile: PlaceFile<Place>, place: Place) {
    this.#begin = begin
    this.#placeFile = placeFile
    this.#place = place
    this.#bytes = place.bytes
  }

  get cursor(): string {
    return this.#place.cursor
  }

  async write(lines: readonly object[], cursor?: string): Promise<void> {
    this.#file ??= await this.#begin()
    const { bytesWritten } = await this.#file.write(textOf(lines), this.#bytes)
    this.#bytes += bytesWritten
    if (cursor === undefined) return
    Object.assign(this.#place, { bytes: this.#bytes, cursor })
    await this.#placeFile.write(this.#place)
  }

  async end(): Promise<void> {
    await this.#file?.close()
    await this.#placeFile.remove()
  }
}
