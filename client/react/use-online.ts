import { useEffect, useSyncExternalStore } from 'react'
import type { ChatClient, Room } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { oneFor } from './one-for.ts'
import { Store, useStore } from './store.ts'
import { joinedRoomOf, type Talk } from './talk.ts'
import { all } from './use-live.ts'

/** The time between two requests. They are needed because events may be lost. */
const AGAIN_MS = 120_000

/** The users who are online, as far as this client knows. Kept up to date while a component shows them. */
class Online extends Store<ReadonlySet<string>> {
  readonly #client: ChatClient
  /** Who is online in each room that was requested, by the room's id. */
  readonly #known = new Map<string, readonly string[]>()
  /** The rooms whose members are shown, by how many components. */
  readonly #shown = new Map<Room, number>()
  #lookers = 0
  #end = () => {}

  constructor(client: ChatClient) {
    super(new Set())
    this.#client = client
    client.on('online', ({ chatRoomId, userId, online }) => {
      const known = this.#known
      if (online) known.set(chatRoomId, [...without(userId, known.get(chatRoomId) ?? []), userId])
      else for (const [id, userIds] of known) known.set(id, without(userId, userIds))
      this.#show()
    })
  }

  /** @param room a room whose members are shown, besides the users of direct rooms */
  look(room?: Room): () => void {
    const lookers = (room && this.#shown.get(room)) ?? 0
    if (room) this.#shown.set(room, lookers + 1)
    if (this.#lookers++ === 0) this.#begin()
    else if (room && lookers === 0) this.#ask([room])
    return () => {
      if (--this.#lookers === 0) this.#end()
      if (room) this.#leave(room)
    }
  }

  #leave(room: Room): void {
    const lookers = this.#shown.get(room)! - 1
    if (lookers > 0) return void this.#shown.set(room, lookers)
    this.#shown.delete(room)
    if (!room.isDirect && this.#known.delete(room.id)) this.#show()
  }

  #begin(): void {
    const client = this.#client
    const askAll = () => {
      const rooms = [...new Set([...client.rooms.filter(({ isDirect }) => isDirect), ...this.#shown.keys()])]
      // Nothing more is heard of a room that was left.
      const ids = new Set(rooms.map(({ id }) => id))
      for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id)
      this.#ask(rooms)
    }
    const met = ({ room }: { room: Room }) => {
      if (room.isDirect && !this.#known.has(room.id)) this.#ask([room])
    }
    // A random share keeps clients from sending their requests at the same moment.
    const timer = setInterval(askAll, AGAIN_MS * (0.8 + 0.4 * Math.random()))
    const stop = all(
      client.on('status', askAll),
      client.on('roomAdded', (room) => met({ room })),
      client.on('message', met),
    )
    this.#end = () => {
      clearInterval(timer)
      stop()
    }
    askAll()
  }

  #ask(rooms: readonly Room[]): void {
    const client = this.#client
    if (client.status !== 'connected' || rooms.length === 0) return
    // A room that is being asked about is not asked about again.
    for (const { id } of rooms) this.#known.set(id, this.#known.get(id) ?? [])
    client.online(rooms).then(
      (online) => {
        for (const { id } of rooms) if (this.#known.has(id)) this.#known.set(id, online[id]?.userIds ?? [])
        this.#show()
      },
      // After a failure the known users stay visible.
      () => {},
    )
  }

  #show(): void {
    this.set(new Set([...this.#known.values()].flat()))
  }
}

const without = (userId: string, userIds: readonly string[]) => userIds.filter((other) => other !== userId)

const onlineOf = oneFor((client: ChatClient) => new Online(client))

const NO_ROOM = new Store<Room | undefined>(undefined)

/**
 * Returns whether a user is online with whom this user has a direct room, or who is in a room that is shown. All
 * components share the requests, which are repeated every two minutes.
 *
 * @param isShown false while nobody is looking, such as in a hidden tab: then the result isn't kept up to date
 * @param talk the room whose members are shown; in a room, only these requests tell who has come or gone
 *
 * @example
 * const isOnline = useOnline('bob')
 */
export function useOnline(userId: string, isShown = true, talk?: Talk): boolean {
  const online = onlineOf(useClient())
  const room = useStore(talk ? joinedRoomOf(talk) : NO_ROOM)
  useEffect(() => (isShown ? online.look(room) : undefined), [online, isShown, room])
  const isOnline = () => online.get().has(userId)
  return useSyncExternalStore(online.subscribe, isOnline, isOnline)
}
