import { ChatError, type PermissionName, type Room, type RoomChanges } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { ToldError } from '../text/told-error.ts'
import { Store } from '../../../client/react/index.ts'

/** What this user does to a room. It holds when they may send the next message as the server has said, epoch ms. */
export class Doors extends Store<number> {
  readonly #room: () => Room | undefined
  readonly #now: () => number
  #loading: Promise<unknown> | undefined

  /** @param room undefined for a conversation without a message yet @param now the server's time, epoch ms */
  constructor(on: Room['on'], room: () => Room | undefined, now: () => number) {
    super(0)
    this.#room = room
    this.#now = now
    on('outgoing', ({ error }) => this.#refused(error))
  }

  /** The room for what is done to it. @throws Error when there is none yet */
  get room(): Room {
    const room = this.#room()
    if (!room) throw new ToldError(words.saySomethingFirst)
    return room
  }

  /** Asks the server for the room's details. Does nothing while it is asked already. */
  async load(): Promise<void> {
    const room = this.#room()
    if (!room?.joined) return
    await (this.#loading ??= room.findDetails().finally(() => (this.#loading = undefined)))
  }

  /** Whether this user may do that, and to that person or message: only what will work is offered. */
  can(name: PermissionName, subject?: Parameters<Room['can']>[1]): boolean {
    return this.#room()?.can(name, subject) ?? false
  }

  /**
   * Changes the room.
   *
   * @throws ChatError `conflict` when somebody else has changed it since it was shown; then the newest is shown
   */
  async update(changes: RoomChanges): Promise<void> {
    try {
      await this.room.update(changes)
    } catch (error) {
      if (error instanceof ChatError && error.code === 'conflict') await this.load()
      throw error
    }
  }

  /** In slow mode the server says how long to wait. */
  #refused(error: unknown): void {
    if (!(error instanceof ChatError) || error.code !== 'rate_limited' || error.retryAfterMs === undefined) return
    this.set(this.#now() + error.retryAfterMs)
  }
}
