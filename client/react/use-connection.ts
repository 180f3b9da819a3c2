import type { StatusChange } from '../index.ts'
import { useClient } from './chat-provider.ts'
import { useLive } from './use-live.ts'

/**
 * What the connection is doing now, and why it failed.
 *
 * @example
 * const { status } = useConnection()
 * return status === 'connected' ? null : <p>Connecting …</p>
 */
export function useConnection(): StatusChange {
  const client = useClient()
  let last: StatusChange | undefined
  return useLive(
    () => (last?.status === client.status ? last : { status: client.status }),
    (changed) =>
      client.on('status', (change) => {
        last = change
        changed()
      }),
    [client],
  )
}
