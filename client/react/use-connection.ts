import { useClient } from './chat-provider.ts'
import { type Connection, connectionOf } from './connection.ts'
import { useStore } from './store.ts'

/**
 * Returns the status of the connection, why the client isn't connected, and when the next attempt begins.
 *
 * @example
 * const { status, retryAt } = useConnection()
 * return status === 'connected' ? null : <p>Connecting …</p>
 */
export const useConnection = (): Connection => useStore(connectionOf(useClient()))
