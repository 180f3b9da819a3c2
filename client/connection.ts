import type { Action, Reply } from '../src/protocol/actions.ts'
import { backoffMs } from './backoff.ts'
import { Timer } from './clock.ts'
import { ChatError, disconnected, isUnauthorized, toChatError } from './errors.ts'
import { Link } from './link.ts'
import type { Settings } from './options.ts'
import { expiryOf, renewalMs } from './token.ts'
import type { Frame } from './wire.ts'

/**
 * `connecting`: an attempt is under way; `connected`: synced, events come; `disconnected`: not asked to connect, or
 * waiting for the next attempt; `failed`: `getToken` threw `UnauthorizedError`, no more attempts.
 */
export type Status = 'connecting' | 'connected' | 'disconnected' | 'failed'

export interface StatusChange {
  status: Status
  /** Why it isn't connected. */
  error?: ChatError
  /** When the next attempt begins, in ms. */
  retryInMs?: number
}

type State =
  | { name: 'idle' }
  | { name: 'opening'; attempt: Attempt }
  | { name: 'online'; link: Link }
  /** Online, while the next link is being opened. */
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

interface Hooks {
  /** Has a new link subscribed and the rooms brought up to date; the connection is online afterwards. */
  sync: (link: Link) => Promise<Pick<Reply<'sync'>, 'serverTime' | 'limits'>>
  onEvents: ConstructorParameters<typeof Link>[0]['onEvents']
  onStatus: (change: StatusChange) => void
  /** A link has taken over: requests find somebody. */
  onLink: () => void
}

/** One try to get a link: token, socket, sync. */
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
   * To be asked after each wait: the answer and the end of the link may come in one turn of the event loop, and then
   * both are there before whoever waited for the answer goes on.
   *
   * @throws ChatError what it was cancelled with
   */
  throwIfCancelled(): void {
    if (this.#over) throw this.#over
  }
}

/**
 * Keeps a link to the server: opens it, with a fresh token each time, replaces it before it or its token ends, and comes
 * back with backoff when it is lost. What is replaced still works until the next one has synced, so nothing is missed.
 */
export class Connection {
  readonly #settings: Settings
  readonly #hooks: Hooks
  #state: State = { name: 'idle' }
  #failures = 0
  readonly #retry: Timer
  readonly #stable: Timer
  readonly #renewal: Timer
  readonly #expiry: Timer
  readonly #ping: Timer
  #waiting: { resolve: () => void; reject: (error: ChatError) => void }[] = []

  constructor(settings: Settings, hooks: Hooks) {
    this.#settings = settings
    this.#hooks = hooks
    const { clock } = settings
    this.#retry = new Timer(clock)
    this.#stable = new Timer(clock)
    this.#renewal = new Timer(clock)
    this.#expiry = new Timer(clock)
    this.#ping = new Timer(clock)
  }

  get status(): Status {
    return statuses[this.#state.name]
  }

  /** The synced link, when there is one. */
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

  /** Resolves when connected. @throws ChatError when the attempts have ended */
  async ready(): Promise<void> {
    if (this.link) return
    if (this.#state.name === 'failed') throw this.#state.error
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** @throws ChatError `disconnected` when there is no link */
  async once<A extends Action>(frame: Frame<A>): Promise<Reply<A>> {
    if (!this.link) throw disconnected('there is no connection')
    return this.link.request(frame)
  }

  /** Asks at once whether somebody is still there, or for the next attempt. */
  check(): void {
    if (this.#state.name === 'waiting') this.#open()
    // No answer ends the link; an error is an answer.
    this.link?.request({ action: 'ping' }).catch(() => {})
  }

  #open(): void {
    const attempt = new Attempt()
    const { link } = this
    this.#enter(link ? { name: 'renewing', link, attempt } : { name: 'opening', attempt })
    const deadline = new Timer(this.#settings.clock)
    deadline.start(this.#settings.connectTimeoutMs, () =>
      attempt.cancel(new ChatError('timeout', 'unable to connect; it took too long', true)),
    )
    this.#establish(attempt)
      .catch((error: unknown) => this.#failed(attempt, error))
      .finally(() => deadline.stop())
      .catch(this.#settings.onError)
  }

  async #establish(attempt: Attempt): Promise<void> {
    const { url, createSocket, clock, requestTimeoutMs } = this.#settings
    const token = await Promise.race([attempt.cancelled, this.#token()])
    attempt.throwIfCancelled()
    const link = new Link({
      socket: createSocket(url, ['tabletalk.v1', `bearer.${token}`]),
      clock,
      requestTimeoutMs,
      onEvents: this.#hooks.onEvents,
      onEnd: (error) => {
        attempt.cancel(error)
        this.#lost(link, error)
      },
    })
    attempt.link = link
    await link.opened
    const openedAt = clock.now()
    const { serverTime, limits } = await this.#hooks.sync(link)
    attempt.throwIfCancelled()
    // `exp` is by the server's clock, which ours may be ahead of or behind.
    const tokenLifeMs = (expiryOf(token) ?? Infinity) - serverTime
    const lifeMs = Math.min(limits.connectionLifetimeMs - (clock.now() - openedAt), tokenLifeMs)
    this.#adopt(link, lifeMs)
  }

  async #token(): Promise<string> {
    try {
      return await this.#settings.getToken()
    } catch (error) {
      if (isUnauthorized(error)) throw error
      throw new ChatError(
        'no_token',
        `unable to get a token; ${error instanceof Error ? error.message : String(error)}`,
        true,
      )
    }
  }

  #adopt(link: Link, lifeMs: number): void {
    const replaced = this.link
    const { stableAfterMs, random } = this.#settings
    this.#enter({ name: 'online', link })
    replaced?.retire()
    // A listener of the status may have disconnected.
    if (this.link !== link) return
    // Past `exp` the server tells this link nothing, and doesn't say so.
    this.#expiry.start(Math.max(0, lifeMs), () => link.end(disconnected('the connection or its token has expired')))
    this.#stable.start(stableAfterMs, () => (this.#failures = 0))
    this.#renewal.start(renewalMs(lifeMs, random), () => this.#open())
    this.#schedulePing(link)
    this.#settle()
    this.#hooks.onLink()
  }

  #schedulePing(link: Link): void {
    const { clock, pingIntervalMs } = this.#settings
    this.#ping.start(Math.max(1, link.lastHeardAt + pingIntervalMs - clock.now()), () => {
      if (clock.now() - link.lastHeardAt >= pingIntervalMs) {
        this.check()
        this.#ping.start(pingIntervalMs, () => this.#schedulePing(link))
      } else {
        this.#schedulePing(link)
      }
    })
  }

  #failed(attempt: Attempt, reason: unknown): void {
    attempt.link?.end()
    const state = this.#state
    if (!('attempt' in state) || state.attempt !== attempt) return
    if (isUnauthorized(reason)) return this.#fail(new ChatError('forbidden', (reason as Error).message))
    if (state.name === 'opening') return this.#wait(toChatError(reason))
    this.#enter({ name: 'online', link: state.link })
    this.#schedulePing(state.link)
    this.#renewal.start(this.#nextWait(), () => this.#open())
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
    return backoffMs(this.#failures++, this.#settings.backoff, this.#settings.random)
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
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (error) reject(error)
      else resolve()
    }
  }
}
