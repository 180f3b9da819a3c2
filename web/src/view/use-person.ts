import { useEffect } from 'react'
import type { Person } from '../state/people.ts'
import { useChat } from './use-chat.ts'
import { useStore } from '../../../client/react/index.ts'

/** Returns a user as the page shows them, by what is known now. */
export function usePerson(userId: string): Person {
  const { people } = useChat()
  useEffect(() => people.look(userId), [people, userId])
  return useStore(people.of(userId))
}
