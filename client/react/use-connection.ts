import { useClient } from './chat-provider.ts'
import { type Connection, connectionOf } from './connection.ts'
import { useStore } from './store.ts'

/**
 * What the connection is doing now, why it failed, and when it is tried again.
 *
 * @example
 * const { status, retryAt } = useConnection()
 * return status === 'connected' ? null : <p>Connecting …</p>
 */
export const useConnection = (): Connection => useStore(connectionOf(useClient()))
