import type { Action, Reply } from '../src/protocol/actions.ts'
import type { PresenceEvent } from '../src/protocol/presence-events.ts'
import { Timer } from './clock.ts'
import { Emitter } from './emitter.ts'
import { ChatError } from './errors.ts'
import type { ResolvedOptions } from './options.ts'
import type { RequestFrame } from './request-frame.ts'

/** Somebody who is present in a room; `since` is epoch ms. */
export type Person = Reply<'getPresence'>['present'][number]

/** The product's own data, at most 512 bytes as JSON. */
type Data = Record<string, unknown>

/** The events of `room.presence`. */
export interface PresenceEvents {
  enter: Person
  update: Person
  leave: Person
  /** All who are present, by user id, whenever that changes. */
  change: readonly Person[]
}

type RoomPresenceEvent = Exclude<PresenceEvent, { event: 'online' }>

/** The client, as far as it is needed here. */
interface Requests {
  readonly options: Pick<ResolvedOptions, 'clock' | 'random' | 'onError'>
  readonly isConnected: boolean
  hasFeature(feature: string): boolean
  serverNow(): number
  once<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>>
  patiently<A extends Action>(frame: RequestFrame<A>, signal?: AbortSignal): Promise<Reply<A>>
}

/** What this user shows, until they leave or show something else. */
interface Own {
  data: Data | undefined
  until: AbortController
}

interface Entry {
  /** Absent while only their leaving is known. */
  person?: Person | undefined
  /** The moment of what was told of them last. */
  at: number
  /** Until they are hidden, once they have left. */
  timer: Timer
  isLeaving: boolean
  /** Since the last request was sent, an event has told of them. */
  isNews: boolean
}

/** How often whoever looks asks again, on average; the server's `everyMs` is for renewals. */
const LOOK_MS = 120_000

/**
 * Who is here, looking at a room. `room.presence` is one.
 *
 * It knows of others while this user is present, and shows whoever leaves for 15 s more, so that nobody flickers who
 * reconnects.
 *
 * @example
 * room.presence.on('change', (people) => console.log(people.map(({ userId }) => userId)))
 * await room.presence.enter({ reading: true })
 */
export class Presence {
  /**
   * Subscribes to `enter`, `update`, `leave`, each with a person, or `change`, with all who are here.
   *
   * @returns a function that unsubscribes
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
  /** Two frames that are on their way at once may be handled in either order. */
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

  /** Who is here as far as this client knows, by user id: kept up to date while this user is present. */
  get people(): Person[] {
    const people = [...this.#entries.values()].flatMap(({ person }) => person ?? [])
    return people.sort((a, b) => (a.userId < b.userId ? -1 : 1))
  }

  /**
   * Shows this user as present until `leave`, over reconnects too. Call it while the user looks at the room. Waits for
   * a connection and retries.
   *
   * @param data shown to the others; when left out, what was given before stays
   * @returns a promise that resolves when the server knows, and `people` are known
   * @throws ChatError `not_a_member`, `limit_reached` in more than 20 rooms, `unknown_action` from a server without
   * `presence`, `disconnected`
   */
  async enter(data?: Data): Promise<void> {
    const own = { data: data ?? this.#own?.data, until: new AbortController() }
    this.#own?.until.abort()
    this.#own = own
    try {
      await this.#tell(own)
      if (this.#own === own) await this.get()
    } catch (error) {
      // Something else holds meanwhile.
      if (this.#own !== own) return
      this.#stop()
      throw error
    }
  }

  /** Shows other data: the same as `enter` again. */
  update(data: Data): Promise<void> {
    return this.enter(data)
  }

  /** Shows this user as present no longer, on this client. Never rejects: a presence that isn't renewed ends. */
  async leave(): Promise<void> {
    const wasHere = this.#own !== undefined
    this.#stop()
    await this.#inOrder(async () => {
      if (!wasHere || this.#own || !this.#context.isConnected) return
      await this.#context.once({ action: 'leavePresence', chatRoomId: this.#chatRoomId }).catch(() => {})
    })
  }

  /**
   * Asks who is here, present or not. Waits for a connection and retries.
   *
   * @throws ChatError `not_a_member`, and as `enter`
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

  /** An event came. @internal */
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

  /** A link has taken over: another connection, which isn't present yet. @internal */
  resume(): void {
    const own = this.#own
    if (!own || !this.#context.hasFeature('presence')) return
    this.#again(() => this.#tell(own).then(() => this.get()))
  }

  /** The client has disconnected: nothing is done by itself until the next link. @internal */
  pause(): void {
    this.#renewal.stop()
    this.#look.stop()
  }

  /** This user is in the room no more. @internal */
  ended(): void {
    this.#stop()
  }

  #tell(own: Own): Promise<void> {
    return this.#inOrder(async () => {
      const { data, until } = own
      if (this.#own !== own) return
      const frame = { action: 'enterPresence', chatRoomId: this.#chatRoomId, ...(data && { data }) } as const
      const { everyMs } = await this.#context.patiently(frame, until.signal)
      if (this.#own === own) this.#renewal.start(everyMs, () => this.#again(() => this.#tell(own)))
    })
  }

  #inOrder(run: () => Promise<void>): Promise<void> {
    const sent = this.#sent.then(run)
    this.#sent = sent.catch(() => {})
    return sent
  }

  #lookAgain(): void {
    const ms = LOOK_MS * (0.8 + 0.4 * this.#context.options.random())
    this.#look.start(ms, () => this.#again(() => this.get()))
  }

  /** By itself: what fails now is done once more by the next connection, or is no longer this user's. */
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
