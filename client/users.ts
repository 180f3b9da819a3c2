import type { Action, Reply } from '../src/protocol/actions.ts'
import { MAX_USERS } from '../src/protocol/limits.ts'
import type { Profile } from '../src/protocol/profile-actions.ts'
import { elapsed, ticks, Timer } from './clock.ts'
import { Emitter } from './emitter.ts'
import { ChatError, isInvalidRequest } from './errors.ts'
import type { ResolvedOptions } from './options.ts'
import type { RequestFrame } from './request-frame.ts'

/** The changes that `client.setProfile` makes. Left-out fields don't change; `imageUrl: null` removes the picture. */
export type ProfileChanges = Omit<RequestFrame<'setProfile'>, 'action' | 'requestId' | 'userId'>

/** How long a request waits for further profiles to ask for. */
const TOGETHER_MS = 50
/** A profile that is older than this is requested again at its next use. */
const KEPT_MS = 600_000

/** The part of the client that is needed here. */
interface Requests {
  readonly options: Pick<ResolvedOptions, 'clock' | 'onError'>
  readonly isConnected: boolean
  hasFeature(feature: string): boolean
  patiently<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>>
}

/** A user and their profile, as far as this client knows it. The profile is requested when it is first used. */
export class User {
  readonly id: string
  readonly #emitter: Emitter<{ change: Profile }>
  readonly #look: () => void
  #profile: Profile | undefined

  /** For the SDK itself: applications call `client.user(id)`. */
  constructor(id: string, look: () => void, onError: (error: unknown) => void) {
    this.id = id
    this.#look = look
    this.#emitter = new Emitter(onError)
  }

  /**
   * The user's profile. `undefined` until it has arrived, and for a user who has none. Two users may have the same
   * `name`; only ids are unique. The profile of an erased user, and of the id that replaces theirs in messages, has
   * `erased` and no name.
   */
  get profile(): Profile | undefined {
    this.#look()
    return this.#profile
  }

  /** Adds a listener for changes, which receives the profile. Returns a function that removes the listener. */
  on(name: 'change', listener: (profile: Profile) => unknown): () => void {
    this.#look()
    return this.#emitter.on(name, listener)
  }

  /** For the SDK itself: takes over a profile from the server, unless it is older than the known one. */
  received(profile: Profile): void {
    if (profile.updatedAt < (this.#profile?.updatedAt ?? 0)) return
    const isNew = JSON.stringify(profile) !== JSON.stringify(this.#profile)
    this.#profile = profile
    if (isNew) this.#emitter.emit('change', profile)
  }
}

/** The users whose profiles the application uses. Profiles that are wanted at the same time share a request. */
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

  /** Changes the profile of this client's own user. */
  async set(changes: ProfileChanges): Promise<Profile> {
    const { profile } = await this.#context.patiently({ action: 'setProfile', ...changes })
    this.open(profile.userId).received(profile)
    return profile
  }

  /** Takes over that a user was erased: their profile keeps nothing but `erased`. */
  erased(id: string, now: number): void {
    this.#users.get(id)?.received({ userId: id, updatedAt: now, erased: true })
  }

  /** Called when there is a connection: requests the profiles that are wanted. */
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
      await this.#read(userIds)
    } catch (error) {
      // Their next use requests these profiles again.
      for (const id of userIds) this.#askedAt.delete(id)
      // The application has called `disconnect()`, which is not an error to report.
      if (!(error instanceof ChatError && error.code === 'disconnected')) throw error
    } finally {
      this.resume()
    }
  }

  /**
   * Requests profiles. An application may ask for any text as an id, and the server refuses a request with an invalid
   * one. The request is then split in halves, so that the other users' profiles still arrive.
   */
  async #read(userIds: string[]): Promise<void> {
    try {
      const { users, left = [] } = await this.#context.patiently({ action: 'getUsers', userIds })
      for (const profile of users) this.open(profile.userId).received(profile)
      for (const id of left) this.#wanted.add(id)
    } catch (error) {
      if (!isInvalidRequest(error)) throw error
      if (userIds.length === 1) return
      const half = userIds.length >> 1
      await Promise.all([userIds.slice(0, half), userIds.slice(half)].map((part) => this.#read(part)))
    }
  }
}
