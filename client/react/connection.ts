import type { ChatClient, ChatError, Status } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store } from './store.ts'

/** What a client's connection is doing. */
export interface Connection {
  status: Status
  /** Why it isn't connected; during the next attempt the last reason still holds. */
  error: ChatError | undefined
  /** When the next attempt begins, epoch ms of this device. */
  retryAt: number | undefined
  /** Whether it has been connected before, so that there is something to show. */
  hasBeenConnected: boolean
}

/** Listens from the first call on: the provider calls it before it connects. */
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
