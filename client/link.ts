import type { Action, Reply } from '../src/protocol/actions.ts'
import type { ChatEvent } from '../src/protocol/events.ts'
import type { ErrorFrame, ReplyFrame, ServerFrame } from '../src/protocol/frames.ts'
import { type Clock, elapsed, ticks, Timer } from './clock.ts'
import { ChatError, disconnected, errorOf, forbidden, silence } from './errors.ts'
import { frameText } from './frame-text.ts'
import { isLarge, type ReplySize, saysMore } from './reply-size.ts'
import type { RequestFrame } from './request-frame.ts'
import type { Session } from './session.ts'

/** Taken from a method, so that its parameter may be a subtype: each kind of socket has its own event types. */
type Handler<E> = { handle(event: E): void }['handle'] | null

/** The API that the `WebSocket` of browsers, of Node and of the package `ws` have in common. */
export interface Socket {
  onopen: Handler<object>
  onmessage: Handler<{ data: unknown }>
  onclose: Handler<{ code: number }>
  onerror: Handler<object>
  send(text: string): void
  close(code?: number): void
}

interface Pending {
  action: Action
  /** In `ticks` of the clock. */
  sentAt: number
  timer: Timer
  resolve: (data: never) => void
  reject: (error: ChatError) => void
}

type Paged = Parameters<typeof saysMore>[0]

interface LinkOptions {
  socket: Socket
  /** The session that the socket's URL names. */
  named: Session
  clock: Clock
  /** The usual time limit for a reply. */
  requestTimeoutMs: number
  replySize: ReplySize
  /** Whether the server accepts `contentEncoding`. */
  canEncode: () => boolean
  onEvents: (events: ChatEvent[]) => void
  /** Called when a frame has arrived. */
  onHeard: () => void
  /** Called once, when the link has ended for any reason. */
  onEnd: (error: ChatError) => void
}

/**
 * One socket, with its requests and replies. A link ends when the socket closes, when the token expires, or when a
 * request gets no reply and no other frame arrives either. In that last case the connection is dead, even if the
 * network doesn't report it.
 */
export class Link {
  readonly opened: Promise<void>
  readonly named: Session
  /** The session that the link has synced for, or tried to. A connection keeps the session of its first `sync`. */
  session: Session | undefined
  readonly #options: LinkOptions
  readonly #pending = new Map<string, Pending>()
  #refuseOpening!: (error: ChatError) => void
  readonly #end = new AbortController()
  #requests = 0
  /** How many frames have arrived. Unlike times, this number can't be wrong when somebody sets the clock. */
  #heard = 0
  /** Resolves when all large replies that have been requested so far have arrived or failed. */
  #largeDone: Promise<unknown> = Promise.resolve()
  #retired = false

  constructor(options: LinkOptions) {
    const { socket, named } = options
    this.#options = options
    this.named = named
    this.opened = new Promise((resolve, reject) => {
      this.#refuseOpening = reject
      socket.onopen = () => resolve()
    })
    let reason: string | undefined
    socket.onclose = ({ code }) => {
      const isForbidden = reason?.endsWith(' 403') === true
      this.end(isForbidden ? forbidden() : disconnected(reason ?? `the socket closed with ${code}`))
    }
    // `onclose` always follows. Without a listener `ws` would throw the error. Only `ws` provides a message.
    socket.onerror = (event) => (reason ??= (event as { message?: string }).message)
    // The caller awaits `opened` later. A link that ends earlier must not cause an unhandled rejection.
    this.opened.catch(() => {})
    socket.onmessage = ({ data }) => this.#receive(data)
  }

  /** Aborted when the link has ended, with the link's error as the reason. */
  get ended(): AbortSignal {
    return this.#end.signal
  }

  /**
   * Sends a request. On a slow link, large replies are requested one after the other, because together none of them
   * would arrive in time.
   *
   * @throws ChatError the server's error, or `timeout`, `disconnected`, `gateway`, `too_large`
   */
  request<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>> {
    if (!isLarge(frame.action)) return this.#send(frame)
    const reply = this.#options.replySize.isReduced ? this.#largeDone.then(() => this.#send(frame)) : this.#send(frame)
    this.#largeDone = Promise.allSettled([this.#largeDone, reply])
    return reply
  }

  #send<A extends Action>(frame: RequestFrame<A>): Promise<Reply<A>> {
    const { clock, socket, replySize, requestTimeoutMs, canEncode } = this.#options
    const { action } = frame
    const requestId = `r${++this.#requests}`
    return new Promise((resolve, reject) => {
      if (this.ended.aborted) return reject(disconnected('the connection has ended'))
      const text = frameText({ ...replySize.fitted(frame), requestId }, canEncode())
      const heard = this.#heard
      const timer = new Timer(clock)
      const timeoutMs = replySize.timeoutMs(requestTimeoutMs)
      this.#pending.set(requestId, { action, sentAt: ticks(clock), timer, resolve, reject })
      timer.start(timeoutMs, () => {
        const isSilent = this.#heard === heard
        // If other frames arrive, the link isn't dead, and the reply may have been lost rather than late.
        if (isSilent ? this.#awaitsLarge : replySize.isReduced && isLarge(action)) replySize.missed()
        const error = new ChatError('timeout', `unable to get an answer; none came in ${timeoutMs} ms`, true)
        this.#take(requestId)?.reject(isSilent ? silence() : error)
        if (isSilent) this.end(disconnected('the server no longer answers'))
      })
      socket.send(text)
    })
  }

  get #awaitsLarge(): boolean {
    return [...this.#pending.values()].some(({ action }) => isLarge(action))
  }

  /** Closes the link as soon as every request has its reply. Until then the link still receives events. */
  retire(): void {
    this.#retired = true
    if (this.#pending.size === 0) this.end()
  }

  /** Ends the link at once. Pending requests reject with `error`. */
  end(error = disconnected('the client has closed the connection')): void {
    if (this.ended.aborted) return
    this.#end.abort(error)
    const { socket, onEnd } = this.#options
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close(1000)
    this.#refuseOpening(error)
    onEnd(error)
    for (const requestId of [...this.#pending.keys()]) this.#take(requestId)?.reject(error)
  }

  #receive(data: unknown): void {
    const frame = parsed(data)
    if (frame === undefined) return
    this.#heard++
    this.#options.onHeard()
    switch (frame.type) {
      case 'events':
        return this.#options.onEvents(frame.events)
      case 'reply':
        return this.#reply(frame, String(data).length)
      case 'error':
        return this.#errorFrame(frame)
      default:
        return this.#gatewayFrame()
    }
  }

  #reply({ requestId, data }: ReplyFrame, chars: number): void {
    const { clock, replySize, requestTimeoutMs } = this.#options
    const pending = this.#take(requestId)
    if (!pending) return
    const ms = elapsed(clock, pending.sentAt)
    if (isLarge(pending.action) && ms < Infinity) {
      replySize.arrived({ action: pending.action, ms, chars, hasMore: saysMore(data as Paged) }, requestTimeoutMs)
    }
    pending.resolve(data as never)
  }

  #errorFrame(frame: ErrorFrame): void {
    if (frame.error.code === 'token_expired') this.end(disconnected('the token has expired'))
    else this.#take(frame.requestId)?.reject(errorOf(frame))
  }

  /**
   * Handles a frame without `type`, which comes from API Gateway and carries no request id. If exactly one request is
   * pending, the frame belongs to it. If there are several, we can't tell which one has failed, so that one times out.
   */
  #gatewayFrame(): void {
    if (this.#pending.size !== 1) return
    const [requestId] = this.#pending.keys()
    this.#take(requestId)?.reject(new ChatError('gateway', 'unable to get an answer; the gateway failed', true))
  }

  #take(requestId: string | undefined): Pending | undefined {
    const pending = this.#pending.get(requestId ?? '')
    this.#pending.delete(requestId ?? '')
    pending?.timer.stop()
    if (this.#retired && this.#pending.size === 0) this.end()
    return pending
  }
}

/** Parses a frame. Returns undefined for anything but a JSON object. */
function parsed(data: unknown): ServerFrame | { type?: undefined } | undefined {
  try {
    const frame = JSON.parse(String(data)) as ServerFrame | null
    return typeof frame === 'object' && frame !== null ? frame : undefined
  } catch {
    return undefined
  }
}
