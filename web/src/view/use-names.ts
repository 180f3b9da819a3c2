import { useCallback, useSyncExternalStore } from 'react'
import { useChat } from './use-chat.ts'

const NAMES_END = '\n'

/** Returns what users are called in a text. @param userIds whose names must be right */
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

/** Returns what a user is called in a text. */
export const useName = (userId: string): string => useNames([userId])(userId)
