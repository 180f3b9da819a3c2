import type { Action, Reply } from '../src/protocol/actions.ts'
import type { ChatEvent } from '../src/protocol/events.ts'
import type { ErrorFrame, ServerFrame } from '../src/protocol/frames.ts'
import { MAX_FRAME_BYTES } from '../src/protocol/limits.ts'
import { type Clock, Timer } from './clock.ts'
import { ChatError, disconnected, errorOf } from './errors.ts'
import type { Frame } from './wire.ts'

/** As a method, for its event is allowed to be more: each kind of socket has types of its own. */
type Handler<E> = { handle(event: E): void }['handle'] | null

/** What a `WebSocket` of a browser, of Node or of the package `ws` has in common. */
export interface Socket {
  onopen: Handler<object>
  onmessage: Handler<{ data: unknown }>
  onclose: Handler<{ code: number }>
  onerror: Handler<object>
  send(text: string): void
  close(code?: number): void
}

interface Pending {
  timer: Timer
  resolve: (data: never) => void
  reject: (error: ChatError) => void
}

interface LinkOptions {
  socket: Socket
  clock: Clock
  requestTimeoutMs: number
  onEvents: (events: ChatEvent[]) => void
  /** Once, when the link has ended, for whatever reason. */
  onEnd: (error: ChatError) => void
}

/**
 * One socket, with its requests and replies. It ends when the socket does, when the token expires, or when a request
 * goes unanswered with nothing else coming in: then nobody is there any more, whatever the network says.
 */
export class Link {
  readonly opened: Promise<void>
  /** Of the clock's time: the last frame that came in. */
  lastHeardAt: number
  readonly #options: LinkOptions
  readonly #pending = new Map<string, Pending>()
  #refuseOpening!: (error: ChatError) => void
  #requests = 0
  #ended = false
  #retired = false

  constructor(options: LinkOptions) {
    const { socket, clock } = options
    this.#options = options
    this.lastHeardAt = clock.now()
    this.opened = new Promise((resolve, reject) => {
      this.#refuseOpening = reject
      socket.onopen = () => resolve()
    })
    let reason: string | undefined
    socket.onclose = ({ code }) => this.end(disconnected(reason ?? `the socket closed with ${code}`))
    // Always followed by a close; without a listener `ws` would throw it. A browser's says nothing, `ws` says why.
    socket.onerror = (event) => (reason ??= (event as { message?: string }).message)
    // Whoever opens the link waits for this; a link that is given up before is nobody's.
    this.opened.catch(() => {})
    socket.onmessage = ({ data }) => this.#receive(data)
  }

  /** @throws ChatError the server's, or `timeout`, `disconnected`, `gateway`, `too_large` */
  request<A extends Action>(frame: Frame<A>): Promise<Reply<A>> {
    const { clock, socket, requestTimeoutMs } = this.#options
    const requestId = `r${++this.#requests}`
    const text = JSON.stringify({ ...frame, requestId })
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(disconnected('the connection has ended'))
      if (new TextEncoder().encode(text).length > MAX_FRAME_BYTES) {
        return reject(new ChatError('too_large', `unable to send; the frame is over ${MAX_FRAME_BYTES} bytes`))
      }
      const sentAt = clock.now()
      const timer = new Timer(clock)
      this.#pending.set(requestId, { timer, resolve, reject })
      timer.start(requestTimeoutMs, () => {
        if (this.lastHeardAt <= sentAt) return this.end(disconnected('the server no longer answers'))
        const error = new ChatError('timeout', `unable to get an answer; none came in ${requestTimeoutMs} ms`, true)
        this.#take(requestId)?.reject(error)
      })
      socket.send(text)
    })
  }

  /** Closes the link once nothing is unanswered; events are still taken until then. */
  retire(): void {
    this.#retired = true
    if (this.#pending.size === 0) this.end()
  }

  /** Ends the link at once; what is unanswered fails with `error`. */
  end(error = disconnected('the client has closed the connection')): void {
    if (this.#ended) return
    this.#ended = true
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
    this.lastHeardAt = this.#options.clock.now()
    switch (frame.type) {
      case 'events':
        return this.#options.onEvents(frame.events)
      case 'reply':
        return this.#take(frame.requestId)?.resolve(frame.data as never)
      case 'error':
        return this.#refused(frame)
      default:
        return this.#foreign()
    }
  }

  #refused(frame: ErrorFrame): void {
    if (frame.error.code === 'token_expired') this.end(disconnected('the token has expired'))
    else this.#take(frame.requestId)?.reject(errorOf(frame))
  }

  /** The gateway's own frame names no request of ours: of several it may be any, and those wait for their timeout. */
  #foreign(): void {
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

/** Anything but a JSON object is nobody's frame. */
function parsed(data: unknown): ServerFrame | { type?: undefined } | undefined {
  try {
    const frame = JSON.parse(String(data)) as ServerFrame | null
    return typeof frame === 'object' && frame !== null ? frame : undefined
  } catch {
    return undefined
  }
}
