import type { ChatClient } from '../../../client/index.ts'
import { Store } from '../../../client/react/index.ts'

/** The ids of the users whom this user has blocked; undefined until they are loaded. */
export class Blocked extends Store<ReadonlySet<string> | undefined> {
  readonly #client: Pick<ChatClient, 'blocked' | 'block' | 'unblock'>
  #loading: Promise<void> | undefined

  constructor(client: Pick<ChatClient, 'blocked' | 'block' | 'unblock'>) {
    super(undefined)
    this.#client = client
  }

  /** Loads the list once. Loads it again only after a failure. */
  load(): Promise<void> {
    return (this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    }))
  }

  has(userId: string): boolean {
    return this.get()?.has(userId) ?? false
  }

  async block(userId: string): Promise<void> {
    await this.load()
    await this.#client.block(userId)
    this.set(new Set(this.get()).add(userId))
  }

  async unblock(userId: string): Promise<void> {
    await this.#client.unblock(userId)
    this.set(new Set([...(this.get() ?? [])].filter((other) => other !== userId)))
  }

  async #load(): Promise<void> {
    this.set(new Set(await this.#client.blocked()))
  }
}
