import { useEffect, useState } from 'react'
import type { Room } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { type RoomState, roomStateOf } from './room-state.ts'
import { useStore } from './store.ts'
import { type Talk, useRoomOf } from './talk.ts'
import { all } from './use-live.ts'

/** A room that is open. */
export interface OpenRoom<R = Room> extends RoomState {
  room: R
  /** Why it could not be joined. */
  error: unknown
}

/**
 * A room, and what it is. By its id, it is joined when this user isn't in it yet.
 *
 * @param id the room's `chatRoomId`; or a room, or `client.direct(id)`, which has no room before its first message
 * @param options `join: false`: shows the room of who is in it, and joins nothing
 */
export function useRoom(id: string | Room, options?: { join?: boolean }): OpenRoom
export function useRoom(talk: Talk): OpenRoom<Room | undefined>
export function useRoom(
  of: string | Talk,
  { join = typeof of === 'string' }: { join?: boolean } = {},
): OpenRoom<Room | undefined> {
  const client = useClient()
  const talk = typeof of === 'string' ? client.room(of) : of
  const room = useRoomOf(talk)
  const [failed, setFailed] = useState<{ room: Room; error: unknown }>()
  const store = roomStateOf(talk)
  const state = useStore(store)
  useEffect(() => {
    store.look()
    return all(client.on('status', store.look), client.on('roomAdded', store.look))
  }, [client, store])
  useEffect(() => {
    if (!join || !room) return
    let isOver = false
    client
      .ready()
      .then(() => (room.joined ? undefined : room.join()))
      .then(store.look, (error: unknown) => {
        if (!isOver) setFailed({ room, error })
      })
    return () => {
      isOver = true
    }
  }, [client, room, store, join])
  return { room, ...state, error: room && failed?.room === room ? failed.error : undefined }
}
