import type { Profile } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { useLive } from './use-live.ts'

/**
 * Returns the profile of a user: `undefined` until it has arrived, and for a user who has none. Profiles that are shown
 * at the same time share a request.
 *
 * @example
 * const name = useUser(userId)?.name ?? userId
 */
export function useUser(userId: string): Profile | undefined {
  const client = useClient()
  const user = client.user(userId)
  return useLive(
    () => user.profile,
    (changed) => user.on('change', changed),
    [user],
  )
}
