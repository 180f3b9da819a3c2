import { useEffect, useState } from 'react'
import type { Room } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { type RoomState, roomStateOf } from './room-state.ts'
import { useStore } from './store.ts'
import type { Talk } from './talk.ts'

/** A room with its state. */
export interface OpenRoom<R = Room> extends RoomState {
  room: R
  /** Why the room could not be joined. */
  error: unknown
}

/**
 * Returns a room with its name, details, access, this user's role and so on. If it is given by its id, joins the room
 * unless this user is a member already.
 *
 * @param id the room's `chatRoomId`, a room, or `client.direct(id)`, which has no room before its first message
 * @param options `join: false`: doesn't join the room
 *
 * @example
 * const { room, name, error } = useRoom('general')
 */
export function useRoom(id: string | Room, options?: { join?: boolean }): OpenRoom
export function useRoom(talk: Talk): OpenRoom<Room | undefined>
export function useRoom(
  of: string | Talk,
  { join = typeof of === 'string' }: { join?: boolean } = {},
): OpenRoom<Room | undefined> {
  const client = useClient()
  const talk = typeof of === 'string' ? client.room(of) : of
  const { room, ...state } = useStore(roomStateOf(talk))
  const [failed, setFailed] = useState<{ room: Room; error: unknown }>()
  useEffect(() => {
    if (!join || !room) return
    let isOver = false
    client
      .ready()
      .then(() => (room.joined ? undefined : room.join()))
      .catch((error: unknown) => {
        if (!isOver) setFailed({ room, error })
      })
    return () => {
      isOver = true
      setFailed(undefined)
    }
  }, [client, room, join])
  useEffect(() => {
    if (state.joined) setFailed(undefined)
  }, [state.joined])
  const isFailed = room !== undefined && failed?.room === room && !state.joined
  return { room, ...state, error: isFailed ? failed.error : undefined }
}
