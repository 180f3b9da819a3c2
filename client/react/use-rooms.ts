import type { ChatClient, MessageEvent, Room, UnreadTotals } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { all, useLive } from './use-live.ts'

/** A room in a list. */
export interface ListedRoom {
  room: Room
  id: string
  /** `undefined` until the client knows the name. For a direct room, show the name of `useUser(room.peer)`. */
  name: string | undefined
  /** How many messages this user has not read; 0 until it is known. Above 50 the number is approximate. */
  unread: number
  /** How many of them mention this user. */
  mentions: number
  lastMessage: MessageEvent | undefined
}

const listed = (room: Room): ListedRoom => ({
  room,
  id: room.id,
  name: room.name,
  unread: room.unread?.count ?? 0,
  mentions: room.unread?.mentions ?? 0,
  lastMessage: room.lastMessage,
})

const byRecency = (a: ListedRoom, b: ListedRoom): number =>
  Number(b.unread > 0) - Number(a.unread > 0) ||
  (b.lastMessage?.timestamp ?? 0) - (a.lastMessage?.timestamp ?? 0) ||
  (a.name ?? a.id).localeCompare(b.name ?? b.id)

/**
 * Returns the rooms of this user: those with unread messages first, then by their last message, then by name.
 *
 * @example
 * const rooms = useRooms()
 * return rooms.map(({ id, name, unread }) => <a key={id} href={`#${id}`}>{name} {unread > 0 && unread}</a>)
 */
export function useRooms(): ListedRoom[] {
  const client = useClient()
  return useLive(
    () => client.rooms.map(listed).sort(byRecency),
    (changed) => watchRooms(client, changed),
    [client],
  )
}

function watchRooms(client: ChatClient, changed: () => void): () => void {
  const watched = new Map<Room, () => void>()
  const watchAll = () => {
    for (const room of client.rooms) {
      if (watched.has(room)) continue
      watched.set(room, all(...(['unread', 'updated', 'messages'] as const).map((name) => room.on(name, changed))))
    }
  }
  watchAll()
  const stop = client.on('rooms', () => {
    watchAll()
    changed()
  })
  return all(stop, () => watched.forEach((end) => end()))
}

/** Returns how many messages and mentions this user has not read in all rooms together. */
export function useUnread(): UnreadTotals {
  const client = useClient()
  return useLive(
    () => client.unread,
    (changed) => client.on('unread', changed),
    [client],
  )
}
