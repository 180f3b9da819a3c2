import { useEffect, useSyncExternalStore } from 'react'
import type { ChatClient, Room } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { oneFor } from './one-for.ts'
import { Store } from './store.ts'
import { all } from './use-live.ts'

/** The time between two requests. They are needed because events may be lost. */
const AGAIN_MS = 120_000

/** The online users of direct rooms, as far as this client knows. Kept up to date while a component shows them. */
class Online extends Store<ReadonlySet<string>> {
  readonly #client: ChatClient
  /** The rooms that were requested. */
  #asked = new Set<Room>()
  #lookers = 0
  #end = () => {}

  constructor(client: ChatClient) {
    super(new Set())
    this.#client = client
    client.on('online', ({ userId, online }) => {
      const people = new Set(this.get())
      if (online) people.add(userId)
      else people.delete(userId)
      this.set(people)
    })
  }

  look(): () => void {
    if (this.#lookers++ === 0) this.#begin()
    return () => {
      if (--this.#lookers === 0) this.#end()
    }
  }

  #begin(): void {
    const client = this.#client
    const met = ({ room }: { room: Room }) => {
      if (room.isDirect && !this.#asked.has(room)) this.#ask()
    }
    // A random share keeps clients from sending their requests at the same moment.
    const timer = setInterval(this.#ask, AGAIN_MS * (0.8 + 0.4 * Math.random()))
    const stop = all(
      client.on('status', this.#ask),
      client.on('roomAdded', (room) => met({ room })),
      client.on('message', met),
    )
    this.#end = () => {
      clearInterval(timer)
      stop()
    }
    this.#ask()
  }

  readonly #ask = (): void => {
    const client = this.#client
    if (client.status !== 'connected') return
    const rooms = client.rooms.filter(({ isDirect }) => isDirect)
    this.#asked = new Set(rooms)
    if (rooms.length === 0) return
    client.online(rooms).then(
      (online) => {
        const ids = Object.values(online).flatMap(({ userIds }) => userIds)
        this.set(new Set(ids.filter((userId) => userId !== client.userId)))
      },
      // After a failure the known users stay visible.
      () => {},
    )
  }
}

const onlineOf = oneFor((client: ChatClient) => new Online(client))

/**
 * Returns whether a user is online with whom this user has a direct room. All components share the requests, which are
 * repeated every two minutes.
 *
 * @param isShown false while nobody is looking, such as in a hidden tab: then the result isn't kept up to date
 *
 * @example
 * const isOnline = useOnline('bob')
 */
export function useOnline(userId: string, isShown = true): boolean {
  const online = onlineOf(useClient())
  useEffect(() => (isShown ? online.look() : undefined), [online, isShown])
  const isOnline = () => online.get().has(userId)
  return useSyncExternalStore(online.subscribe, isOnline, isOnline)
}
