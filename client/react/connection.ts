import type { ChatClient, ChatError, Status } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store } from './store.ts'

/** The state of a client's connection. */
export interface Connection {
  status: Status
  /** Why the client isn't connected. Kept during the next attempt, until the client is connected. */
  error: ChatError | undefined
  /** When the next attempt begins, epoch milliseconds of this device; `undefined` if none is scheduled. */
  retryAt: number | undefined
  /** Whether the client has been connected before, so that there are rooms and messages to show. */
  hasBeenConnected: boolean
}

/** Returns the store of a client's connection. The provider calls this before it connects, to miss no event. */
export const connectionOf = oneFor((client: ChatClient): Store<Connection> => {
  const { status } = client
  const store = new Store<Connection>({
    status,
    error: undefined,
    retryAt: undefined,
    hasBeenConnected: status === 'connected',
  })
  client.on('status', ({ status, error, retryInMs }) => {
    const before = store.get()
    store.set({
      status,
      error: error ?? (status === 'connecting' ? before.error : undefined),
      retryAt: retryInMs === undefined ? undefined : Date.now() + retryInMs,
      hasBeenConnected: before.hasBeenConnected || status === 'connected',
    })
  })
  return store
})
