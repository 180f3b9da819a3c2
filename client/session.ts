import type { Action, Limits, Reply } from '../src/protocol/actions.ts'
import type { Lane, Outbox } from './outbox.ts'
import type { Settings } from './options.ts'
import type { Frame } from './wire.ts'

/** What rooms need of the client that they belong to. */
export interface Session {
  readonly settings: Settings
  /** As `sync` announced them; the protocol's own before the first. */
  readonly limits: Pick<Limits, 'typingRepeatMs' | 'typingExpiryMs'>
  readonly outbox: Outbox
  /** The server's time, epoch ms. */
  serverNow(): number
  /** On the connection that there is. @throws ChatError `disconnected` when there is none */
  once<A extends Action>(frame: Frame<A>): Promise<Reply<A>>
  /** Waits for a connection and tries again as long as that makes sense: only for what may be done twice. */
  patiently<A extends Action>(frame: Frame<A>, signal?: AbortSignal): Promise<Reply<A>>
  /** Somebody was told that this user isn't in the room: is that so? */
  doubt(chatRoomId: string): void
  /** Puts a message of this client's into its room's order: the reply is its echo. */
  echo: Lane['onSent']
}
