import { useEffect } from 'react'
import type { Person } from '../state/people.ts'
import { useChat } from './use-chat.ts'
import { useStore } from '../../../client/react/index.ts'

/** Returns the name and picture of a user, as far as they are known now. */
export function usePerson(userId: string): Person {
  const { people } = useChat()
  useEffect(() => people.look(userId), [people, userId])
  return useStore(people.of(userId))
}
