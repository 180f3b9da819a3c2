import {
  type Access,
  ChatError,
  type PermissionName,
  type Role,
  type Room,
  type RoomChanges,
  type RoomDetails,
} from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { ToldError } from '../text/told-error.ts'
import { Store } from '../../../client/react/index.ts'

export interface DoorsState {
  /** This user's. Undefined for an admin who is no member, and while it isn't known. */
  role: Role | undefined
  access: Access | undefined
  closed: boolean
  /** Undefined until they are loaded. */
  details: RoomDetails | undefined
  /** Until when this user may not write, epoch ms; 0 for now, Infinity when the server doesn't say. */
  mutedUntil: number
  /** When this user may send the next message, as the server has said, epoch ms; 0 for now. */
  slowUntil: number
}

const NOTHING: DoorsState = {
  role: undefined,
  access: undefined,
  closed: false,
  details: undefined,
  mutedUntil: 0,
  slowUntil: 0,
}

/** Who may enter a room, and what this user may do in it. */
export class Doors extends Store<DoorsState> {
  readonly #room: () => Room | undefined
  readonly #now: () => number
  #loading: Promise<void> | undefined

  /** @param room undefined for a conversation without a message yet @param now the server's time, epoch ms */
  constructor(on: Room['on'], room: () => Room | undefined, now: () => number) {
    super(NOTHING)
    this.#room = room
    this.#now = now
    on('updated', () => this.look())
    on('outgoing', ({ error }) => this.#refused(error))
    this.look()
  }

  /** The room for what is done to it. @throws Error when there is none yet */
  get room(): Room {
    const room = this.#room()
    if (!room) throw new ToldError(words.saySomethingFirst)
    return room
  }

  /** Shows what the client knows of the room now. */
  look(): void {
    const room = this.#room()
    if (!room?.joined) return
    const { role, access, closed, details, mutedUntil = 0 } = room
    const before = this.get()
    const next = { ...before, role, access, closed, details, mutedUntil }
    if (Object.entries(next).some(([name, value]) => value !== before[name as keyof DoorsState])) this.set(next)
  }

  /** Asks the server for the room's details. Does nothing while it is asked already. */
  load(): Promise<void> {
    return (this.#loading ??= this.#load().finally(() => (this.#loading = undefined)))
  }

  async #load(): Promise<void> {
    const room = this.#room()
    if (!room?.joined) return
    await room.findDetails()
    this.look()
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
    this.patch({ slowUntil: this.#now() + error.retryAfterMs })
  }
}
