import type { MessageEvent, Room } from '../../../client/index.ts'

type FileInfo = NonNullable<MessageEvent['file']>

/** An address is renewed this long before it expires, ms. */
const MARGIN_MS = 10_000

/** The file as it was sent, its picture made small for the conversation, or for the whole screen. */
type Kind = 'fileUrl' | 'thumbnailUrl' | 'pictureUrl'

/** The addresses of one file: the server renews all of them at once. */
class FileUrls {
  readonly #ask: () => ReturnType<Room['fileUrl']>
  urls: Partial<Record<Kind, string>>
  expiresAt: number
  #asked: Promise<void> | undefined

  constructor({ fileUrl, thumbnailUrl, fileUrlExpiresAt }: FileInfo, ask: () => ReturnType<Room['fileUrl']>) {
    this.urls = { fileUrl, ...(thumbnailUrl !== undefined && { thumbnailUrl }) }
    this.expiresAt = fileUrlExpiresAt
    this.#ask = ask
  }

  /** Who asks while it is asked already waits for the same answer. */
  renew(): Promise<void> {
    this.#asked ??= this.#ask()
      .then(({ expiresAt, fileUrl, thumbnailUrl = fileUrl, pictureUrl = fileUrl }) => {
        this.urls = { fileUrl, thumbnailUrl, pictureUrl }
        this.expiresAt = expiresAt
      })
      .finally(() => (this.#asked = undefined))
    return this.#asked
  }
}

/**
 * The signed address of a message's file, which can be renewed when it has expired. A device's clock may be wrong by
 * hours: times are the server's.
 */
export class FileAddress {
  readonly #known: FileUrls
  readonly #kind: Kind

  constructor(known: FileUrls, kind: Kind) {
    this.#known = known
    this.#kind = kind
  }

  /** @param ask the server for new addresses */
  static of(file: FileInfo, ask: () => ReturnType<Room['fileUrl']>): FileAddress {
    return new FileAddress(new FileUrls(file, ask), 'fileUrl')
  }

  /** The address of the same file's picture made small; undefined while there is none. What renews one renews both. */
  small(kind: 'thumbnailUrl' | 'pictureUrl'): FileAddress | undefined {
    return this.#known.urls.thumbnailUrl === undefined ? undefined : new FileAddress(this.#known, kind)
  }

  /** The address; undefined when it has expired. */
  current(serverNow: number): string | undefined {
    const { expiresAt, urls } = this.#known
    return serverNow < expiresAt - MARGIN_MS ? urls[this.#kind] : undefined
  }

  /** Asks the server for a new address. */
  async renew(): Promise<string> {
    await this.#known.renew()
    return this.#known.urls[this.#kind]!
  }
}
