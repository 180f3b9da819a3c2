import { type ChatClient, ChatError } from '../../../client/index.ts'
import { Store } from '../../../client/react/index.ts'

/** The users of direct rooms who are online, as far as the page knows. */
export class OnlinePeople extends Store<ReadonlySet<string>> {
  readonly #client: Pick<ChatClient, 'on' | 'rooms' | 'online' | 'userId'>

  constructor(client: Pick<ChatClient, 'on' | 'rooms' | 'online' | 'userId'>) {
    super(new Set())
    this.#client = client
    client.on('online', ({ userId, online }) => {
      const people = new Set(this.get())
      if (online) people.add(userId)
      else people.delete(userId)
      this.set(people)
    })
  }

  /** Asks who is. Without an answer the page goes on showing what it knows. */
  async load(): Promise<void> {
    const rooms = this.#client.rooms.filter(({ isDirect }) => isDirect)
    try {
      const online = rooms.length === 0 ? {} : await this.#client.online(rooms)
      const ids = Object.values(online).flatMap(({ userIds }) => userIds)
      this.set(new Set(ids.filter((userId) => userId !== this.#client.userId)))
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
    }
  }
}
