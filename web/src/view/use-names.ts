import { useCallback, useSyncExternalStore } from 'react'
import { useChat } from './use-chat.ts'

const NAMES_END = '\n'

/** Returns a function from a user id to the name for a text. `userIds` are those whose names must be current. */
export function useNames(userIds: readonly string[]): (userId: string) => string {
  const { people } = useChat()
  const key = userIds.join(NAMES_END)
  const subscribe = useCallback(
    (listener: () => void) => people.follow(key === '' ? [] : key.split(NAMES_END), listener),
    [people, key],
  )
  useSyncExternalStore(subscribe, () => userIds.map(people.textOf).join(NAMES_END))
  return people.textOf
}

/** Returns the name of a user for a text. */
export const useName = (userId: string): string => useNames([userId])(userId)
