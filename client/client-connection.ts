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
 * What a client's connection is doing.
 *
 * - `connecting`: an attempt is under way.
 * - `connected`: events arrive, requests are answered.
 * - `disconnected`: `connect()` was not called, or the next attempt waits for its time.
 * - `failed`: `getToken` threw `UnauthorizedError` or returned no text, no socket could be made, the server refused
 *   with 403, or it has banned the user (`banned`); no more attempts until `connect()`.
 */
export type Status = 'connecting' | 'connected' | 'disconnected' | 'failed'

/** The payload of the client's event `status`. */
export interface StatusChange {
  status: Status
  /** Why the client isn't connected. */
  error?: ChatError
  /** The wait before the next attempt, in ms. */
  retryInMs?: number
}

type State =
  | { name: 'idle' }
  | { name: 'opening'; attempt: Attempt }
  | { name: 'online'; link: Link }
  /** Online, while the link that will replace this one is being opened. */
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

/** The reason of a last event, after which no other link would be accepted. */
const BANNED = 'blocked'

/** After so many refusals and no success it is probably not the network. */
const MANY_REFUSALS = 3

/** What a reply to `sync` says about the life of a link. */
type Announced = Pick<Reply<'sync'>, 'serverTime' | 'limits'>

type LinkOptions = ConstructorParameters<typeof Link>[0]

interface Hooks {
  /** What the next link syncs for. */
  session: () => Session
  /**
   * Subscribes a link to the user's rooms, brings them up to date and has the session's events arrive on it.
   *
   * @param onFirst called when the rooms that the application uses are there, if they come before the others
   */
  sync: (link: Link, onFirst?: (reply: Announced) => void) => Promise<Announced>
  canEncode: LinkOptions['canEncode']
  onEvents: LinkOptions['onEvents']
  onStatus: (change: StatusChange) => void
  /** A link has synced: requests can be sent. */
  onLink: () => void
  /** All rooms have been synced on the link. */
  onAllRooms: () => void
}

/** One attempt to get a link: token, socket, sync. */
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
   * Call this after every `await`: the link may have ended in the same tick in which the awaited reply arrived.
   *
   * @throws ChatError the error that this attempt was cancelled with
   */
  throwIfCancelled(): void {
    if (this.#over) throw this.#over
  }
}

/**
 * The sequence of links to the server. Opens a link with a fresh token, replaces it before the gateway ends it or its
 * token expires, and opens the next one with backoff when it is lost. A link that is being replaced works until the
 * next one has synced, so that no event is missed.
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
  /** Whether one `sync` has come to its end. */
  #knowsAllRooms = false
  /** Sockets that were refused, while none has been opened. */
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

  /** The link that has synced; `undefined` while there is none. */
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
   * Resolves when connected.
   *
   * @param all also waits until all rooms have been synced for the first time
   * @throws ChatError when there are no more attempts: after a failure or `disconnect()`
   */
  async ready(all = false): Promise<void> {
    if (this.link && (!all || this.#knowsAllRooms)) return
    if (this.#state.name === 'failed') throw this.#state.error
    await new Promise<void>((resolve, reject) => this.#waiting.push({ all, resolve, reject }))
  }

  /** Sends one request. @throws ChatError the server's, or `disconnected` when there is no link */
  async once<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>> {
    if (!this.link) throw disconnected('there is no connection')
    return this.link.request(frame)
  }

  /** Pings the server; without a link, starts the next attempt now instead of after the backoff. */
  check(): void {
    if (this.#state.name === 'waiting') this.#open()
    // Without a reply in time the link ends by itself, and an error is a reply.
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

  /** @param onOpened from here on each request has a time limit of its own, and `sync` as a whole has none */
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
      // `exp` is a time of the server's clock, which may differ from the local one.
      const tokenLifeMs = (tokenExpiry(token) ?? Infinity) - serverTime
      const openMs = Math.max(0, ticks(clock) - openedAt)
      this.#adopt(link, Math.min(limits.connectionLifetimeMs - openMs, tokenLifeMs))
    }
    // A link that replaces another one has all rooms before the other one goes.
    adopt(await (this.link ? this.#hooks.sync(link) : this.#hooks.sync(link, adopt)))
    if (this.link === link) this.#syncedAll()
  }

  #syncedAll(): void {
    this.#knowsAllRooms = true
    this.#settle()
    this.#hooks.onAllRooms()
  }

  /** A server that knows no `sessionId` in the URL ignores it. */
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
    // A listener of `status` may have disconnected.
    if (this.link !== link) return
    // After `exp` the server posts nothing to this link, without saying so.
    this.#expiry.start(Math.max(0, lifeMs), () => link.end(disconnected('the connection or its token has expired')))
    this.#stable.start(stableAfterMs, () => (this.#failures = 0))
    this.#renewal.start(renewalMs(lifeMs, random), () => this.#open())
    this.#schedulePing()
    this.#settle()
    this.#hooks.onLink()
  }

  /** Starts the wait for silence again. */
  #schedulePing(): void {
    this.#ping.start(this.#options.pingIntervalMs, () => {
      this.check()
      this.#schedulePing()
    })
  }

  #failed(attempt: Attempt, reason: unknown): void {
    // It may be in use, when the first rooms came before the error.
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

  /** The server ends a link. After a ban of the user it takes no other one; otherwise the next one is opened. */
  #dismissed(link: Link, reason: string | undefined): void {
    const why = reason === undefined ? '' : `: ${reason}`
    if (reason !== BANNED) return link.end(disconnected(`the server has ended the connection${why}`))
    const state = this.#state
    // A listener of the events before may have disconnected.
    if (state.name === 'idle') return
    const error = new ChatError('banned', 'unable to connect; this user is banned from the chat')
    this.#fail(error)
    if ('attempt' in state) state.attempt.cancel(error)
  }

  /** Browsers don't tell why a socket was refused: a wrong token looks like a dead network. */
  #explained(error: ChatError): ChatError {
    if (error.code !== 'disconnected' || this.#refusals < MANY_REFUSALS) return error
    const hint = `no attempt has succeeded: check the address, the token's iss, aud and exp, and ALLOWED_ORIGINS`
    return new ChatError('disconnected', `${error.message}; ${hint}`, true)
  }

  /**
   * After a failed renewal: syncs again on the link that stays. The server may have moved the session to the failed
   * link, whatever became of the reply, and would post nothing to this one. Not while another renewal is under way,
   * because the session is where `sync` was last.
   *
   * @throws ChatError when `link` may be deaf
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
