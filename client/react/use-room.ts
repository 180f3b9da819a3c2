import { useEffect, useState } from 'react'
import type { Room, RoomDetails } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { all, useLive } from './use-live.ts'

/** A room that is open. */
export interface OpenRoom {
  room: Room
  name: string | undefined
  details: RoomDetails | undefined
  /** Whether this user is in it, as far as the client knows. */
  joined: boolean
  closed: boolean
  /** Why it could not be joined. */
  error: unknown
}

/**
 * A room by its id, and what it is. Joins it when this user isn't in it yet.
 *
 * @param id the room's `chatRoomId`
 * @param options `join: false`: shows the room of who is in it, and joins nothing
 */
export function useRoom(id: string, { join = true }: { join?: boolean } = {}): OpenRoom {
  const client = useClient()
  const room = client.room(id)
  const [failed, setFailed] = useState<{ room: Room; error: unknown }>()
  const known = useLive(
    () => ({ name: room.name, details: room.details, joined: room.joined, closed: room.closed }),
    (changed) =>
      all(
        client.on('status', changed),
        client.on('roomAdded', changed),
        room.on('updated', changed),
        room.on('memberLeft', changed),
        room.on('removed', changed),
      ),
    [client, room],
  )
  useEffect(() => {
    if (!join) return
    let isOver = false
    client
      .ready()
      .then(() => (room.joined ? undefined : room.join()))
      .catch((error: unknown) => {
        if (!isOver) setFailed({ room, error })
      })
    return () => {
      isOver = true
    }
  }, [client, room, join])
  return { room, ...known, error: failed?.room === room ? failed.error : undefined }
}
