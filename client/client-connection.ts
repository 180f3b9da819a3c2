import type { Action, Reply } from '../src/protocol/actions.ts'
import { backoffMs } from './backoff.ts'
import { ticks, Timer } from './clock.ts'
import { ChatError, disconnected, isUnauthorized, Mistake, toChatError } from './errors.ts'
import { Link, type Socket } from './link.ts'
import type { ResolvedOptions } from './options.ts'
import { renewalMs } from './renewal.ts'
import { ReplySize } from './reply-size.ts'
import type { RequestFrame } from './request-frame.ts'
import { tokenExpiry } from './token-expiry.ts'
import type { Session } from './session.ts'

/**
 * The status of a client's connection.
 *
 * - `connecting`: an attempt to connect is under way.
 * - `connected`: events arrive, and requests get replies.
 * - `disconnected`: `connect()` was not called, or the client waits before its next attempt.
 * - `failed`: another attempt would fail too, so there is none until `connect()`. `getToken` threw `UnauthorizedError`
 *   or returned no text, no socket could be created, the server refused with 403, or the user is banned.
 */
export type Status = 'connecting' | 'connected' | 'disconnected' | 'failed'

/** The payload of the client's event `status`. */
export interface StatusChange {
  status: Status
  /** Why the client isn't connected. */
  error?: ChatError
  /** The time until the next attempt, in milliseconds. */
  retryInMs?: number
}

type State =
  | { name: 'idle' }
  | { name: 'opening'; attempt: Attempt }
  | { name: 'online'; link: Link }
  /** Online on `link`, while `attempt` opens the link that will replace it. */
  | { name: 'renewing'; link: Link; attempt: Attempt }
  | { name: 'waiting' }
  | { name: 'failed'; error: ChatError }

const statuses: Record<State['name'], Status> = {
  idle: 'disconnected',
  opening: 'connecting',
  online: 'connected',
  renewing: 'connected',
  waiting: 'disconnected',
  failed: 'failed',
}

/** The reason in the event `goodbye` after `banUser` and `eraseUser`: the server would accept no further connection. */
const BANNED = 'blocked'

/** After this many refused sockets and no success, the cause is probably not the network. */
const MANY_REFUSALS = 3

/** The part of a reply to `sync` that tells how long a link lives. */
type Announced = Pick<Reply<'sync'>, 'serverTime' | 'limits'>

type LinkOptions = ConstructorParameters<typeof Link>[0]

interface Hooks {
  /** Returns the session that the next link syncs for. */
  session: () => Session
  /**
   * Subscribes a link to the user's rooms and brings the rooms up to date. From then on the session's events arrive on
   * this link.
   *
   * @param onFirst called when the rooms that the application uses are synced, if other rooms follow
   */
  sync: (link: Link, onFirst?: (reply: Announced) => void) => Promise<Announced>
  canEncode: LinkOptions['canEncode']
  onEvents: LinkOptions['onEvents']
  onStatus: (change: StatusChange) => void
  /** Called when a link has synced and requests can be sent. */
  onLink: () => void
  /** Called when all rooms have been synced on the link. */
  onAllRooms: () => void
}

/** One attempt to get a link: it requests a token, opens a socket and syncs. */
class Attempt {
  link: Link | undefined
  readonly cancelled: Promise<never>
  #refuse!: (error: ChatError) => void
  #over: ChatError | undefined

  constructor() {
    this.cancelled = new Promise<never>((_, reject) => (this.#refuse = reject))
  }

  cancel(error: ChatError): void {
    if (this.#over) return
    this.#over = error
    this.#refuse(error)
    this.link?.end(error)
  }

  /**
   * Must be called after every `await`, because the link may have ended in the tick in which the reply arrived.
   *
   * @throws ChatError the error with which this attempt was cancelled
   */
  throwIfCancelled(): void {
    if (this.#over) throw this.#over
  }
}

/**
 * Keeps a client connected by a sequence of links. Opens a link with a fresh token, replaces it before the gateway
 * closes it or its token expires, and opens the next one with backoff if it is lost. A link that is being replaced
 * stays in use until the next one has synced, so no event is missed.
 */
export class ClientConnection {
  readonly #options: ResolvedOptions
  readonly #hooks: Hooks
  #state: State = { name: 'idle' }
  #failures = 0
  readonly #retry: Timer
  readonly #stable: Timer
  readonly #renewal: Timer
  readonly #expiry: Timer
  readonly #ping: Timer
  #waiting: { all: boolean; resolve: () => void; reject: (error: ChatError) => void }[] = []
  /** Whether at least one `sync` has been completed. */
  #knowsAllRooms = false
  /** How many sockets have been refused; -Infinity once a socket has opened. */
  #refusals = 0
  readonly replySize = new ReplySize()

  constructor(options: ResolvedOptions, hooks: Hooks) {
    this.#options = options
    this.#hooks = hooks
    const { clock } = options
    this.#retry = new Timer(clock)
    this.#stable = new Timer(clock)
    this.#renewal = new Timer(clock)
    this.#expiry = new Timer(clock)
    this.#ping = new Timer(clock)
  }

  get status(): Status {
    return statuses[this.#state.name]
  }

  /** The link that has synced and is in use, or undefined if there is none. */
  get link(): Link | undefined {
    return 'link' in this.#state ? this.#state.link : undefined
  }

  connect(): void {
    const { name } = this.#state
    if (name === 'idle' || name === 'failed') {
      this.#failures = 0
      this.#open()
    } else if (name === 'waiting') {
      this.#open()
    }
  }

  disconnect(): void {
    const state = this.#state
    const error = disconnected('the client has disconnected')
    this.#enter({ name: 'idle' })
    if ('attempt' in state) state.attempt.cancel(error)
    if ('link' in state) state.link.end(error)
    this.#settle(error)
  }

  /**
   * Waits until the client is connected.
   *
   * @param all also waits until all rooms have been synced for the first time
   * @throws ChatError when there are no more attempts, because the status is `failed` or after `disconnect()`
   */
  async ready(all = false): Promise<void> {
    if (this.link && (!all || this.#knowsAllRooms)) return
    if (this.#state.name === 'failed') throw this.#state.error
    await new Promise<void>((resolve, reject) => this.#waiting.push({ all, resolve, reject }))
  }

  /**
   * Sends a request once.
   *
   * @throws ChatError the server's error, or `disconnected` if there is no link
   */
  async once<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>> {
    if (!this.link) throw disconnected('there is no connection')
    return this.link.request(frame)
  }

  /** Pings the server. Without a link, starts the next attempt at once instead of after the backoff. */
  check(): void {
    if (this.#state.name === 'waiting') this.#open()
    // If no reply arrives in time, the link ends by itself. Any error shows that the server is there.
    this.link?.request({ action: 'ping' }).catch(() => {})
  }

  #open(): void {
    const attempt = new Attempt()
    const { link } = this
    this.#enter(link ? { name: 'renewing', link, attempt } : { name: 'opening', attempt })
    const deadline = new Timer(this.#options.clock)
    deadline.start(this.#options.connectTimeoutMs, () =>
      attempt.cancel(new ChatError('timeout', 'unable to connect; it took too long', true)),
    )
    this.#establish(attempt, () => deadline.stop())
      .catch((error: unknown) => this.#failed(attempt, error))
      .finally(() => deadline.stop())
      .catch(this.#options.onError)
  }

  /**
   * Gets a token, opens a socket and syncs.
   *
   * @param onOpened called when the socket is open. From then on each request has its own time limit, `sync` has none
   */
  async #establish(attempt: Attempt, onOpened: () => void): Promise<void> {
    const { clock, requestTimeoutMs } = this.#options
    const token = await Promise.race([attempt.cancelled, this.#token()])
    attempt.throwIfCancelled()
    const named = this.#hooks.session()
    const link = new Link({
      socket: this.#socket(token, named),
      named,
      clock,
      requestTimeoutMs,
      replySize: this.replySize,
      canEncode: this.#hooks.canEncode,
      onEvents: (events) => {
        this.#hooks.onEvents(events)
        for (const event of events) if (event.event === 'goodbye') this.#dismissed(link, event.reason)
      },
      onHeard: () => {
        if (this.link === link) this.#schedulePing()
      },
      onEnd: (error) => {
        attempt.cancel(error)
        this.#lost(link, error)
      },
    })
    attempt.link = link
    await link.opened.catch((error: unknown) => {
      this.#refusals++
      throw error
    })
    this.#refusals = -Infinity
    onOpened()
    const openedAt = ticks(clock)
    const adopt = ({ serverTime, limits }: Announced) => {
      attempt.throwIfCancelled()
      if (this.link === link) return
      // `exp` is compared with the server's time, because the local clock may be wrong.
      const tokenLifeMs = (tokenExpiry(token) ?? Infinity) - serverTime
      const openMs = Math.max(0, ticks(clock) - openedAt)
      this.#adopt(link, Math.min(limits.connectionLifetimeMs - openMs, tokenLifeMs))
    }
    // A link that replaces another one must have synced all rooms before the other one is closed.
    adopt(await (this.link ? this.#hooks.sync(link) : this.#hooks.sync(link, adopt)))
    if (this.link === link) this.#syncedAll()
  }

  #syncedAll(): void {
    this.#knowsAllRooms = true
    this.#settle()
    this.#hooks.onAllRooms()
  }

  /** Opens a socket. The URL names the session; a server that doesn't know the parameter ignores it. */
  #socket(token: string, { sessionId }: Session): Socket {
    const { url, createSocket } = this.#options
    const named = sessionId === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}sessionId=${sessionId}`
    try {
      return createSocket(named, ['tabletalk.v1', `bearer.${token}`])
    } catch (error) {
      throw new Mistake('internal', (error as Error).message)
    }
  }

  async #token(): Promise<string> {
    try {
      const token: unknown = await this.#options.getToken()
      if (typeof token === 'string' && token !== '') return token
      const given = token === '' ? 'an empty text' : typeof token
      throw new Mistake('no_token', `unable to connect; getToken returned ${given}, not a token`)
    } catch (error) {
      if (isUnauthorized(error) || error instanceof Mistake) throw error
      throw new ChatError(
        'no_token',
        `unable to get a token; ${error instanceof Error ? error.message : String(error)}`,
        true,
      )
    }
  }

  #adopt(link: Link, lifeMs: number): void {
    const replaced = this.link
    const { stableAfterMs, random } = this.#options
    this.#enter({ name: 'online', link })
    replaced?.retire()
    // A listener of `status` may have called `disconnect()`.
    if (this.link !== link) return
    // After `exp` the server silently stops posting to this link.
    this.#expiry.start(Math.max(0, lifeMs), () => link.end(disconnected('the connection or its token has expired')))
    this.#stable.start(stableAfterMs, () => (this.#failures = 0))
    this.#renewal.start(renewalMs(lifeMs, random), () => this.#open())
    this.#schedulePing()
    this.#settle()
    this.#hooks.onLink()
  }

  /** Restarts the timer that pings the server after a time without frames. */
  #schedulePing(): void {
    this.#ping.start(this.#options.pingIntervalMs, () => {
      this.check()
      this.#schedulePing()
    })
  }

  #failed(attempt: Attempt, reason: unknown): void {
    // The link may already be in use, if the first rooms were synced before the error.
    attempt.link?.end(toChatError(reason))
    const state = this.#state
    if (!('attempt' in state) || state.attempt !== attempt) return
    if (isUnauthorized(reason)) return this.#fail(new ChatError('forbidden', (reason as Error).message))
    const error = toChatError(reason)
    if (error instanceof Mistake || error.code === 'forbidden') return this.#fail(error)
    if (state.name === 'opening') return this.#wait(this.#explained(error))
    const { link } = state
    this.#enter({ name: 'online', link })
    this.#schedulePing()
    this.#takeBack(link, attempt.link)
      .then(() => {
        if (this.link === link) this.#renewal.start(this.#nextWait(), () => this.#open())
      })
      .catch((error: unknown) => link.end(toChatError(error)))
  }

  /** Called when the server says goodbye to a link. Opens the next link, unless the user is banned. */
  #dismissed(link: Link, reason: string | undefined): void {
    const why = reason === undefined ? '' : `: ${reason}`
    if (reason !== BANNED) return link.end(disconnected(`the server has ended the connection${why}`))
    const state = this.#state
    // A listener of an earlier event may have called `disconnect()`.
    if (state.name === 'idle') return
    const error = new ChatError('banned', 'unable to connect; this user is banned from the chat')
    this.#fail(error)
    if ('attempt' in state) state.attempt.cancel(error)
  }

  /** Adds a hint to the error after several refusals. Browsers don't tell a rejected token from a network failure. */
  #explained(error: ChatError): ChatError {
    if (error.code !== 'disconnected' || this.#refusals < MANY_REFUSALS) return error
    const hint = `no attempt has succeeded: check the address, the token's iss, aud and exp, and ALLOWED_ORIGINS`
    return new ChatError('disconnected', `${error.message}; ${hint}`, true)
  }

  /**
   * Syncs again on the link that stays in use after a failed renewal. The server may have moved the session to the
   * failed link, even if its reply was lost, and would then post no events to this one. Must not run during another
   * renewal, because the server posts to the link that has synced last.
   *
   * @throws ChatError when `link` may receive no events any more
   */
  async #takeBack(link: Link, failed: Link | undefined): Promise<void> {
    if (failed?.session === undefined || failed.session !== link.session) return
    await this.#hooks.sync(link)
    if (this.link !== link) return
    this.#hooks.onLink()
    this.#hooks.onAllRooms()
  }

  #lost(link: Link, error: ChatError): void {
    if (this.link !== link) return
    if (this.#state.name === 'renewing') this.#enter({ name: 'opening', attempt: this.#state.attempt }, { error })
    else this.#wait(error)
  }

  #wait(error: ChatError): void {
    const retryInMs = this.#nextWait()
    this.#enter({ name: 'waiting' }, { error, retryInMs })
    if (this.#state.name === 'waiting') this.#retry.start(retryInMs, () => this.#open())
  }

  #fail(error: ChatError): void {
    const { link } = this
    this.#enter({ name: 'failed', error }, { error })
    link?.end(error)
    this.#settle(error)
  }

  #nextWait(): number {
    return backoffMs(this.#failures++, this.#options.backoff, this.#options.random)
  }

  #enter(state: State, change: Omit<StatusChange, 'status'> = {}): void {
    const before = this.status
    this.#state = state
    this.#retry.stop()
    this.#renewal.stop()
    if (!('link' in state)) {
      this.#stable.stop()
      this.#expiry.stop()
      this.#ping.stop()
    }
    if (this.status !== before) this.#hooks.onStatus({ status: this.status, ...change })
  }

  #settle(error?: ChatError): void {
    for (const waiter of this.#waiting.splice(0)) {
      if (error) waiter.reject(error)
      else if (waiter.all && !this.#knowsAllRooms) this.#waiting.push(waiter)
      else waiter.resolve()
    }
  }
}
