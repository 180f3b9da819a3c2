import type { MessageEvent, Room } from '../../../client/index.ts'

type FileInfo = NonNullable<MessageEvent['file']>

/** An address is renewed this long before it expires, ms. */
const MARGIN_MS = 10_000

/**
 * The signed address of a message's file, which can be renewed when it has expired. A device's clock may be wrong by
 * hours: times are the server's.
 */
export class FileAddress {
  readonly #ask: () => ReturnType<Room['fileUrl']>
  #url: string
  #expiresAt: number
  #asked: Promise<string> | undefined

  constructor({ fileUrl, fileUrlExpiresAt }: FileInfo, ask: () => ReturnType<Room['fileUrl']>) {
    this.#url = fileUrl
    this.#expiresAt = fileUrlExpiresAt
    this.#ask = ask
  }

  /** The address; undefined when it has expired. */
  current(serverNow: number): string | undefined {
    return serverNow < this.#expiresAt - MARGIN_MS ? this.#url : undefined
  }

  /** Asks the server for a new address. */
  renew(): Promise<string> {
    this.#asked ??= this.#ask()
      .then(({ fileUrl, expiresAt }) => {
        this.#expiresAt = expiresAt
        return (this.#url = fileUrl)
      })
      .finally(() => (this.#asked = undefined))
    return this.#asked
  }
}
