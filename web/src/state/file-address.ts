import type { MessageEvent, Room } from '../../../client/index.ts'

type FileInfo = NonNullable<MessageEvent['file']>

/** An address is renewed this long before it expires. */
const MARGIN_MS = 10_000

/** The file as it was sent, a small picture of it for the conversation, or a larger picture for the whole screen. */
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

  /** Requests new addresses. Calls while a request is under way share that request. */
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
 * The signed address of a message's file. It can be renewed when it has expired. All times are the server's, because a
 * device's clock may be wrong by hours.
 */
export class FileAddress {
  readonly #known: FileUrls
  readonly #kind: Kind

  constructor(known: FileUrls, kind: Kind) {
    this.#known = known
    this.#kind = kind
  }

  /** @param ask requests new addresses from the server */
  static of(file: FileInfo, ask: () => ReturnType<Room['fileUrl']>): FileAddress {
    return new FileAddress(new FileUrls(file, ask), 'fileUrl')
  }

  /** Returns the address of a small picture of the file, or undefined if there is none. Both are renewed together. */
  small(kind: 'thumbnailUrl' | 'pictureUrl'): FileAddress | undefined {
    return this.#known.urls.thumbnailUrl === undefined ? undefined : new FileAddress(this.#known, kind)
  }

  /** Returns the address, or undefined if it has expired. */
  current(serverNow: number): string | undefined {
    const { expiresAt, urls } = this.#known
    return serverNow < expiresAt - MARGIN_MS ? urls[this.#kind] : undefined
  }

  /** Requests a new address. */
  async renew(): Promise<string> {
    await this.#known.renew()
    return this.#known.urls[this.#kind]!
  }
}
