import type { Profile } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { useLive } from './use-live.ts'

/**
 * Who a user is: `undefined` while it is being asked for, and of who has no profile. Those on the screen together are
 * one request.
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
