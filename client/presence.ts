import type { Action, Reply } from '../src/protocol/actions.ts'
import type { PresenceEvent } from '../src/protocol/presence-events.ts'
import { Timer } from './clock.ts'
import { Emitter } from './emitter.ts'
import { ChatError } from './errors.ts'
import type { ResolvedOptions } from './options.ts'
import type { RequestFrame } from './request-frame.ts'

/** A user who is present in a room. `since` is in epoch milliseconds. */
export type Person = Reply<'getPresence'>['present'][number]

/** The application's own data, at most 512 bytes as JSON. */
type Data = Record<string, unknown>

/** The events of `room.presence`. */
export interface PresenceEvents {
  /** A user has become present. */
  enter: Person
  /** The data of a present user have changed. */
  update: Person
  /** A user is no longer present. */
  leave: Person
  /** The list of present users has changed. The payload has all of them, ordered by user id. */
  change: readonly Person[]
}

type RoomPresenceEvent = Exclude<PresenceEvent, { event: 'online' }>

/** The part of the client that is needed here. */
interface Requests {
  readonly options: Pick<ResolvedOptions, 'clock' | 'random' | 'onError'>
  readonly isConnected: boolean
  readonly userId: string | undefined
  hasFeature(feature: string): boolean
  serverNow(): number
  once<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>>
  patiently<A extends Action>(frame: RequestFrame<A>, signal?: AbortSignal): Promise<Reply<A>>
}

/** The presence of this user, until they leave or show other data. */
interface Own {
  data: Data | undefined
  /** How long the server keeps `data` without receiving it again, server time; 0 if it must be sent. */
  keptUntil: number
  /** Aborted when this presence has been replaced or has ended. */
  until: AbortController
}

interface Entry {
  /** Undefined if only an event about the user's leaving has arrived so far. */
  person?: Person | undefined
  /** The time of the latest event about the user, server time. */
  at: number
  /** After the user has left, the time until they are hidden. */
  timer: Timer
  isLeaving: boolean
  /** Whether an event about the user has arrived since the last `getPresence` request was sent. */
  isNews: boolean
}

/**
 * The longest time between two requests for the list of present users. With the server's lease of 5 minutes, a device
 * that vanished without closing its connection is hidden within 7 minutes. Renewals follow the server's `everyMs`.
 */
const LOOK_MS = 120_000

/**
 * The users who are looking at a room now. `room.presence` returns it.
 *
 * The list is kept up to date while this user is present. Users who leave stay in it for 15 seconds, so that a
 * reconnect doesn't make them flicker.
 *
 * @example
 * room.presence.on('change', (people) => console.log(people.map(({ userId }) => userId)))
 * await room.presence.enter({ reading: true })
 */
export class Presence {
  /**
   * Adds a listener for `enter`, `update` or `leave`, which receives one person, or for `change`, which receives all.
   *
   * @returns a function that removes the listener
   */
  readonly on: Emitter<PresenceEvents>['on']
  readonly #context: Requests
  readonly #chatRoomId: string
  readonly #emitter: Emitter<PresenceEvents>
  readonly #entries = new Map<string, Entry>()
  readonly #renewal: Timer
  readonly #look: Timer
  /** Undefined while this user is not present. */
  #own: Own | undefined
  /** The last request. The next one waits for it, because the server may handle concurrent frames in either order. */
  #sent: Promise<unknown> = Promise.resolve()

  /** @internal */
  constructor(context: Requests, chatRoomId: string) {
    const { clock, onError } = context.options
    this.#context = context
    this.#chatRoomId = chatRoomId
    this.#emitter = new Emitter(onError)
    this.on = (name, listener) => this.#emitter.on(name, listener)
    this.#renewal = new Timer(clock)
    this.#look = new Timer(clock)
  }

  /** The present users that the client knows of, ordered by user id. Kept up to date while this user is present. */
  get people(): Person[] {
    const people = [...this.#entries.values()].flatMap(({ person }) => person ?? [])
    return people.sort((a, b) => (a.userId < b.userId ? -1 : 1))
  }

  /**
   * Shows this user as present until `leave()`, also after reconnects. Call it when the user opens the room. Waits for
   * a connection and retries.
   *
   * @param data the application's own data, which the others see; by default, the data of the last call
   * @returns a promise that resolves when the server has accepted it and `people` is complete
   * @throws ChatError `not_a_member`, `limit_reached` when the user is present in 20 other rooms, `unknown_action` from
   * a server without the feature `presence`, `disconnected`
   */
  async enter(data?: Data): Promise<void> {
    const keptUntil = data === undefined ? (this.#own?.keptUntil ?? 0) : 0
    const own = { data: data ?? this.#own?.data, keptUntil, until: new AbortController() }
    this.#own?.until.abort()
    this.#own = own
    try {
      await this.#tell(own)
      if (this.#own === own) await this.get()
    } catch (error) {
      // A later `enter` or `leave` has replaced this one, so its failure doesn't matter.
      if (this.#own !== own) return
      this.#stop()
      throw error
    }
  }

  /** Replaces the data that the others see. Does the same as another `enter`. */
  update(data: Data): Promise<void> {
    return this.enter(data)
  }

  /** Ends the presence of this user on this client. Never rejects: a presence that isn't renewed ends by itself. */
  async leave(): Promise<void> {
    const wasHere = this.#own !== undefined
    this.#stop()
    await this.#inOrder(async () => {
      if (!wasHere || this.#own || !this.#context.isConnected) return
      await this.#context.once({ action: 'leavePresence', chatRoomId: this.#chatRoomId }).catch(() => {})
    })
  }

  /**
   * Requests the list of present users. This user need not be present. Waits for a connection and retries.
   *
   * @returns the users, as in `people`
   * @throws ChatError `not_a_member`, `unknown_action` from a server without the feature `presence`, `disconnected`
   */
  async get(): Promise<Person[]> {
    for (const entry of this.#entries.values()) entry.isNews = false
    const { present } = await this.#context.patiently({ action: 'getPresence', chatRoomId: this.#chatRoomId })
    const listed = new Set(present.map(({ userId }) => userId))
    for (const person of present) if (!this.#isNews(person.userId)) this.#show(person)
    for (const [userId, { isLeaving, isNews }] of this.#entries) {
      if (!listed.has(userId) && !isLeaving && !isNews) this.#hide(userId)
    }
    if (this.#own) this.#lookAgain()
    return this.people
  }

  /** Takes over an event. Ignores it if it is older than the last one about the same user. @internal */
  told(event: RoomPresenceEvent): void {
    const { userId, at } = event
    const entry = this.#entryOf(userId)
    if (at < entry.at) return
    entry.at = at
    entry.isNews = true
    if (event.event === 'presenceLeft') {
      entry.isLeaving = true
      entry.timer.start(Math.max(0, event.effectiveAt - this.#context.serverNow()), () => this.#hide(userId))
    } else {
      const { data, since } = event
      this.#show({ userId, ...(data && { data }), since })
    }
  }

  /** Called when a new link is in use: enters again, because presence belongs to a connection. @internal */
  resume(): void {
    const own = this.#own
    if (!own || !this.#context.hasFeature('presence')) return
    own.keptUntil = 0
    this.#again(() => this.#tell(own).then(() => this.get()))
  }

  /** Called when the client has disconnected: stops the timers until the next link. @internal */
  pause(): void {
    this.#renewal.stop()
    this.#look.stop()
  }

  /** Called when this user is no longer a member. @internal */
  ended(): void {
    this.#stop()
  }

  /** Enters, or renews. A renewal leaves `data` out: with it, it would replace what another device has set since. */
  #tell(own: Own): Promise<void> {
    return this.#inOrder(async () => {
      if (this.#own !== own) return
      const data = this.#isKept(own) ? undefined : own.data
      const frame = { action: 'enterPresence', chatRoomId: this.#chatRoomId, ...(data && { data }) } as const
      const { until, everyMs } = await this.#context.patiently(frame, own.until.signal)
      // A renewal that has waited for another connection has not set the data there.
      if (data || own.keptUntil > 0) own.keptUntil = until
      if (this.#own === own) this.#renewal.start(everyMs, () => this.#again(() => this.#tell(own)))
    })
  }

  /** Whether the server still has this user's data: their presence has not ended meanwhile, and is shown here. */
  #isKept({ keptUntil }: Own): boolean {
    const shown = this.#entries.get(this.#context.userId ?? '')
    return keptUntil > this.#context.serverNow() && shown?.isLeaving === false
  }

  #inOrder(run: () => Promise<void>): Promise<void> {
    const sent = this.#sent.then(run)
    this.#sent = sent.catch(() => {})
    return sent
  }

  #lookAgain(): void {
    const ms = LOOK_MS * (0.8 + 0.2 * this.#context.options.random())
    this.#look.start(ms, () => this.#again(() => this.get()))
  }

  /** Runs a request that no caller waits for. If it fails, the next connection repeats it, or it is obsolete. */
  #again(run: () => Promise<unknown>): void {
    run().catch((error: unknown) => {
      if (!(error instanceof ChatError)) this.#context.options.onError(error)
    })
  }

  #stop(): void {
    this.#own?.until.abort()
    this.#own = undefined
    this.#renewal.stop()
    this.#look.stop()
    const hadPeople = this.people.length > 0
    for (const { timer } of this.#entries.values()) timer.stop()
    this.#entries.clear()
    if (hadPeople) this.#emitter.emit('change', [])
  }

  #entryOf(userId: string): Entry {
    const known = this.#entries.get(userId)
    const entry = known ?? { at: 0, timer: new Timer(this.#context.options.clock), isLeaving: false, isNews: false }
    this.#entries.set(userId, entry)
    return entry
  }

  #isNews(userId: string): boolean {
    return this.#entries.get(userId)?.isNews === true
  }

  #show(person: Person): void {
    const entry = this.#entryOf(person.userId)
    entry.timer.stop()
    entry.isLeaving = false
    const before = entry.person
    entry.person = person
    if (before && JSON.stringify(before) === JSON.stringify(person)) return
    this.#emitter.emit(before ? 'update' : 'enter', person)
    this.#emitter.emit('change', this.people)
  }

  #hide(userId: string): void {
    const entry = this.#entries.get(userId)
    entry?.timer.stop()
    this.#entries.delete(userId)
    if (!entry?.person) return
    this.#emitter.emit('leave', entry.person)
    this.#emitter.emit('change', this.people)
  }
}
