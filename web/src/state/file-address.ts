import type { MessageEvent, Room } from '../../../client/index.ts'

type FileInfo = NonNullable<MessageEvent['file']>

/** An address is renewed this long before it expires, ms. */
const MARGIN_MS = 10_000

/** The file as it was sent, its picture made small for the conversation, or for the whole screen. */
type Kind = 'fileUrl' | 'thumbnailUrl' | 'pictureUrl'

/**
 * The signed address of a message's file, which can be renewed when it has expired. A device's clock may be wrong by
 * hours: times are the server's.
 */
export class FileAddress {
  readonly #file: FileInfo
  readonly #ask: () => ReturnType<Room['fileUrl']>
  readonly #kind: Kind
  #url: string | undefined
  #expiresAt: number
  #asked: Promise<string> | undefined

  constructor(file: FileInfo, ask: () => ReturnType<Room['fileUrl']>, kind: Kind = 'fileUrl') {
    this.#file = file
    this.#ask = ask
    this.#kind = kind
    this.#url = kind === 'pictureUrl' ? undefined : file[kind]
    this.#expiresAt = file.fileUrlExpiresAt
  }

  /** The address of the same file's picture made small; undefined while there is none. */
  small(kind: 'thumbnailUrl' | 'pictureUrl'): FileAddress | undefined {
    return this.#file.thumbnailUrl === undefined ? undefined : new FileAddress(this.#file, this.#ask, kind)
  }

  /** The address; undefined when it has expired. */
  current(serverNow: number): string | undefined {
    return serverNow < this.#expiresAt - MARGIN_MS ? this.#url : undefined
  }

  /** Asks the server for a new address. */
  renew(): Promise<string> {
    this.#asked ??= this.#ask()
      .then(({ expiresAt, ...urls }) => {
        this.#expiresAt = expiresAt
        return (this.#url = urls[this.#kind] ?? urls.fileUrl)
      })
      .finally(() => (this.#asked = undefined))
    return this.#asked
  }
}
