import type { Action, Reply } from '../src/protocol/actions.ts'
import { MAX_USERS } from '../src/protocol/limits.ts'
import type { Profile } from '../src/protocol/profile-actions.ts'
import { elapsed, ticks, Timer } from './clock.ts'
import { Emitter } from './emitter.ts'
import { ChatError } from './errors.ts'
import type { ResolvedOptions } from './options.ts'
import type { RequestFrame } from './request-frame.ts'

/** What `client.setProfile` takes. What is left out stays; `imageUrl: null` removes the picture. */
export type ProfileChanges = Omit<RequestFrame<'setProfile'>, 'action' | 'requestId' | 'userId'>

/** How long a look waits for others, so that they share a request. */
const TOGETHER_MS = 50
/** After so long a profile is asked for again, when it is looked at. */
const KEPT_MS = 600_000

/** The client, as far as it is needed here. */
interface Requests {
  readonly options: Pick<ResolvedOptions, 'clock' | 'onError'>
  readonly isConnected: boolean
  hasFeature(feature: string): boolean
  patiently<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>>
}

/** Who a user is, as far as this client knows: asked for once it is looked at. */
export class User {
  readonly id: string
  readonly #emitter: Emitter<{ change: Profile }>
  readonly #look: () => void
  #profile: Profile | undefined

  /** Made by `client.user(id)`. */
  constructor(id: string, look: () => void, onError: (error: unknown) => void) {
    this.id = id
    this.#look = look
    this.#emitter = new Emitter(onError)
  }

  /**
   * The profile: `undefined` while it is being asked for, and of who has none. Two users may have the same `name`; only
   * ids are unique. Of who was erased, and of the id that stands for them, it has `erased` and no name.
   */
  get profile(): Profile | undefined {
    this.#look()
    return this.#profile
  }

  /** Subscribes to the event `change`, which has the profile. Returns a function that unsubscribes. */
  on(name: 'change', listener: (profile: Profile) => unknown): () => void {
    this.#look()
    return this.#emitter.on(name, listener)
  }

  /** For the client: takes over what the server says, unless it is older than what is known. */
  received(profile: Profile): void {
    if (profile.updatedAt < (this.#profile?.updatedAt ?? 0)) return
    const isNew = JSON.stringify(profile) !== JSON.stringify(this.#profile)
    this.#profile = profile
    if (isNew) this.#emitter.emit('change', profile)
  }
}

/** The users that were looked at: those who are on the screen are asked for together. */
export class Users {
  readonly #context: Requests
  readonly #timer: Timer
  readonly #users = new Map<string, User>()
  readonly #askedAt = new Map<string, number>()
  readonly #wanted = new Set<string>()

  constructor(context: Requests) {
    this.#context = context
    this.#timer = new Timer(context.options.clock)
  }

  /** Returns the user with an id, always the same object. */
  open(id: string): User {
    let user = this.#users.get(id)
    if (!user) {
      user = new User(id, () => this.#look(id), this.#context.options.onError)
      this.#users.set(id, user)
    }
    return user
  }

  /** Changes the profile of this client's user. */
  async set(changes: ProfileChanges): Promise<Profile> {
    const { profile } = await this.#context.patiently({ action: 'setProfile', ...changes })
    this.open(profile.userId).received(profile)
    return profile
  }

  /** Of a user that was looked at nothing is known any more but that they were erased. */
  erased(id: string, now: number): void {
    this.#users.get(id)?.received({ userId: id, updatedAt: now, erased: true })
  }

  /** A connection is there: asks for whoever was looked at meanwhile. */
  resume(): void {
    if (this.#wanted.size === 0) return
    this.#timer.start(TOGETHER_MS, () => {
      this.#ask().catch(this.#context.options.onError)
    })
  }

  #look(id: string): void {
    const { clock } = this.#context.options
    const askedAt = this.#askedAt.get(id)
    if (askedAt !== undefined && elapsed(clock, askedAt) < KEPT_MS) return
    this.#askedAt.set(id, ticks(clock))
    this.#wanted.add(id)
    if (this.#wanted.size === 1) this.resume()
  }

  async #ask(): Promise<void> {
    if (!this.#context.isConnected || !this.#context.hasFeature('profiles')) return
    const userIds = [...this.#wanted].slice(0, MAX_USERS)
    for (const id of userIds) this.#wanted.delete(id)
    try {
      const { users, left = [] } = await this.#context.patiently({ action: 'getUsers', userIds })
      for (const profile of users) this.open(profile.userId).received(profile)
      for (const id of left) this.#wanted.add(id)
    } catch (error) {
      // Whoever is looked at again is asked for again.
      for (const id of userIds) this.#askedAt.delete(id)
      // The application has ended the client meanwhile: that is no fault to report.
      if (!(error instanceof ChatError && error.code === 'disconnected')) throw error
    } finally {
      this.resume()
    }
  }
}
