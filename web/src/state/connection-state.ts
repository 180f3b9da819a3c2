import type { ChatClient, Status } from '../../../client/index.ts'
import { Store } from './store.ts'

export interface ConnectionState {
  status: Status
  /** Whether the client has been connected before, so that the page has something to show. */
  hasBeenConnected: boolean
  /** When the next attempt begins, epoch ms. */
  retryAt: number | undefined
  error: unknown
}

/** The state of the client's connection, for the views. */
export class ConnectionStore extends Store<ConnectionState> {
  constructor(client: Pick<ChatClient, 'on'>, now: () => number) {
    super({ status: 'connecting', hasBeenConnected: false, retryAt: undefined, error: undefined })
    client.on('status', ({ status, error, retryInMs }) =>
      this.set({
        status,
        hasBeenConnected: this.get().hasBeenConnected || status === 'connected',
        retryAt: retryInMs === undefined ? undefined : now() + retryInMs,
        // During the next attempt, the last reason still holds.
        error: error ?? (status === 'connecting' ? this.get().error : undefined),
      }),
    )
  }
}
