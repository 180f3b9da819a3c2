import { AbstractTokenizer, EndOfStreamError } from 'strtok3'

interface Window {
  start: number
  bytes: Uint8Array
}

/** A file that can be read in parts. */
export interface Source {
  /** Size of the whole file, in bytes. */
  size: number
  /** The beginning of the file, which was read already. */
  firstBytes: Uint8Array
  /** Reads up to `length` bytes from `start`. */
  read: (start: number, length: number) => Promise<Uint8Array>
}

const WINDOW_BYTES = 16 * 1024
const MOST_WINDOWS = 8
const MOST_WINDOW_BYTES = 64 * 1024

/**
 * Lets file-type follow a file's pointers (a TIFF's directory is behind its pixels) without reading the whole file. It
 * reads at most eight parts of 16 to 64 KiB. Reads beyond that count as reads past the end of the file.
 */
export class RangedTokenizer extends AbstractTokenizer {
  readonly fileInfo: { size: number }
  readonly #source: Source
  #window: Window
  #left = MOST_WINDOWS

  constructor(source: Source) {
    super()
    this.#source = source
    this.#window = { start: 0, bytes: source.firstBytes }
    this.fileInfo = { size: source.size }
  }

  override supportsRandomAccess(): boolean {
    return true
  }

  setPosition(position: number): void {
    this.position = position
  }

  override async readBuffer(
    target: Uint8Array,
    options?: Parameters<AbstractTokenizer['readBuffer']>[1],
  ): Promise<number> {
    const { position } = this.normalizeOptions(target, options)
    const length = await this.peekBuffer(target, options)
    this.position = position + length
    return length
  }

  override async peekBuffer(
    target: Uint8Array,
    options?: Parameters<AbstractTokenizer['peekBuffer']>[1],
  ): Promise<number> {
    const { position, length, mayBeLess } = this.normalizeOptions(target, options)
    const available = Math.max(0, Math.min(length, this.fileInfo.size - position))
    const bytes = await this.#bytesAt(position, available)
    if (bytes.length < length && !mayBeLess) throw new EndOfStreamError()
    target.set(bytes)
    return bytes.length
  }

  async #bytesAt(position: number, length: number): Promise<Uint8Array> {
    for (const { start, bytes } of [{ start: 0, bytes: this.#source.firstBytes }, this.#window]) {
      if (position >= start && position + length <= start + bytes.length) {
        return bytes.subarray(position - start, position - start + length)
      }
    }
    if (this.#left-- <= 0 || length > MOST_WINDOW_BYTES) throw new EndOfStreamError()
    const bytes = await this.#source.read(position, Math.max(length, WINDOW_BYTES))
    this.#window = { start: position, bytes }
    return bytes.subarray(0, length)
  }
}
