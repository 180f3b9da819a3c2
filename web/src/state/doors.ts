import { ChatError, type PermissionName, type Room, type RoomChanges } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { ToldError } from '../text/told-error.ts'
import { Store } from '../../../client/react/index.ts'

/** This user's actions upon a room. The store's value is when they may send again in slow mode, epoch milliseconds. */
export class Doors extends Store<number> {
  readonly #room: () => Room | undefined
  readonly #now: () => number
  #loading: Promise<unknown> | undefined

  /**
   * @param room returns undefined for a direct conversation without a message yet
   * @param now returns the server's time, epoch milliseconds
   */
  constructor(on: Room['on'], room: () => Room | undefined, now: () => number) {
    super(0)
    this.#room = room
    this.#now = now
    on('outgoing', ({ error }) => this.#refused(error))
  }

  /**
   * The room.
   *
   * @throws Error when there is none yet
   */
  get room(): Room {
    const room = this.#room()
    if (!room) throw new ToldError(words.saySomethingFirst)
    return room
  }

  /** Requests the room's details. Does nothing while a request is under way. */
  async load(): Promise<void> {
    const room = this.#room()
    if (!room?.joined) return
    await (this.#loading ??= room.findDetails().finally(() => (this.#loading = undefined)))
  }

  /** Whether this user may do something, to a person or a message. The page only offers what will work. */
  can(name: PermissionName, subject?: Parameters<Room['can']>[1]): boolean {
    return this.#room()?.can(name, subject) ?? false
  }

  /**
   * Changes the room.
   *
   * @throws ChatError `conflict` when somebody else has changed the room since its details were shown; the new details
   * are loaded then
   */
  async update(changes: RoomChanges): Promise<void> {
    try {
      await this.room.update(changes)
    } catch (error) {
      if (error instanceof ChatError && error.code === 'conflict') await this.load()
      throw error
    }
  }

  /** In slow mode, remembers the time that the server asks to wait. */
  #refused(error: unknown): void {
    if (!(error instanceof ChatError) || error.code !== 'rate_limited' || error.retryAfterMs === undefined) return
    this.set(this.#now() + error.retryAfterMs)
  }
}
