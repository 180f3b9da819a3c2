import type { ChatClient, Status } from '../../../client/index.ts'
import { Store } from './store.ts'

export interface ConnectionState {
  status: Status
  /** Has been connected before: what is on the page is worth keeping. */
  hasBeenConnected: boolean
  /** When the next attempt begins, epoch ms. */
  retryAt: number | undefined
  error: unknown
}

/** The client's connection, for those who look at it. */
export class ConnectionStore extends Store<ConnectionState> {
  constructor(client: Pick<ChatClient, 'on'>, now: () => number) {
    super({ status: 'connecting', hasBeenConnected: false, retryAt: undefined, error: undefined })
    client.on('status', ({ status, error, retryInMs }) =>
      this.set({
        status,
        hasBeenConnected: this.get().hasBeenConnected || status === 'connected',
        retryAt: retryInMs === undefined ? undefined : now() + retryInMs,
        // While it is being tried again, the reason is still the last one.
        error: error ?? (status === 'connecting' ? this.get().error : undefined),
      }),
    )
  }
}
