import { useEffect } from 'react'
import { useClient } from './chat-provider.ts'
import { membersOf, type MembersState } from './members.ts'
import { useStore } from './store.ts'
import type { Talk } from './talk.ts'

/**
 * Returns the members of a room with their roles. They are loaded once for all components, kept up to date by events,
 * and loaded again after an absence.
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
