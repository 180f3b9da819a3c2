import { useEffect } from 'react'
import { useClient } from './chat-provider.ts'
import { membersOf, type MembersState } from './members.ts'
import { useStore } from './store.ts'
import type { Talk } from './talk.ts'

/**
 * Who is in a room, with their roles. Loaded once however many components show it, and kept up to date by
 * events; after an absence it is loaded anew.
 *
 * @example
 * const { userIds, standings } = useMembers(room)
 * return userIds.map((id) => <li key={id}>{id} {standings.get(id)?.role}</li>)
 */
export function useMembers(talk: Talk): MembersState {
  const members = membersOf(useClient(), talk)
  useEffect(() => members.look(), [members])
  return useStore(members)
}
