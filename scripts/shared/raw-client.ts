import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Action, Reply } from '../../src/protocol/actions.ts'
import type { ChatEvent } from '../../src/protocol/events.ts'
import type { ErrorFrame, ServerFrame } from '../../src/protocol/frames.ts'

type EventOf<N extends ChatEvent['event']> = Extract<ChatEvent, { event: N }>

/** Bytes of a long text that go into one frame. API Gateway accepts 32 KB in a frame, and 128 KB in a message. */
const PART_BYTES = 8_000

/**
 * A bare client for tests: it keeps every frame and event in the order of arrival, and lets a test wait for one. It
 * drops nothing unless it is patient, so that a test sees repeats.
 */
export class RawClient {
  readonly frames: ServerFrame[] = []
  readonly events: ChatEvent[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  /**
   * Whether it behaves as real clients do: repeats requests that were `unavailable` or throttled, and drops repeated
   * messages.
   */
  isPatient: boolean
  readonly #waiting = new Set<() => void>()
  #requests = 0
  /** For each request without an answer, a function that sends it again. */
  readonly #unanswered = new Set<() => void>()
  /** How many of them the gateway has throttled. Its own error frame doesn't say which. */
  #throttled = 0

  static readonly #patientWith = new Set<string>()

  /** Makes further clients of this server patient, because it refuses requests now and then. */
  static bePatientWith(wsUrl: string): void {
    RawClient.#patientWith.add(new URL(wsUrl).host)
  }

  private constructor(readonly socket: WebSocket) {
    this.isPatient = RawClient.#patientWith.has(new URL(socket.url).host)
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() })
        this.#wake()
      })
    })
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ServerFrame
      if (this.isPatient && isThrottle(frame)) {
        this.#throttled++
        return this.#sendThrottledAgain()
      }
      this.frames.push(frame)
      if (frame.type === 'events') this.events.push(...frame.events.filter((event) => !this.#isRepeat(event)))
      this.#wake()
    })
    socket.on('error', () => {})
  }

  /** Connects. Rejects if the handshake is refused; the error's message contains the HTTP status. */
  static async open(wsUrl: string, token: string): Promise<RawClient> {
    for (;;) {
      const socket = new WebSocket(wsUrl, ['tabletalk.v1', `bearer.${token}`])
      const client = new RawClient(socket)
      try {
        await once(socket, 'open')
        return client
      } catch (error) {
        if (!client.isPatient || !/ (429|503)$/.test((error as Error).message)) throw error
      }
    }
  }

  /** Sends a request and waits for the reply or error to it. */
  async ask(frame: Record<string, unknown>): Promise<ServerFrame> {
    for (;;) {
      const requestId = `r${++this.#requests}`
      const text = JSON.stringify({ requestId, ...frame })
      const answer = await this.#answerTo(
        () => this.socket.send(text),
        () => this.frames.find((got) => 'requestId' in got && got.requestId === requestId),
      )
      if (!this.#isToRepeat(answer)) return answer
    }
  }

  /** Sends a request and returns its reply's data. Rejects if it is refused. */
  async request<A extends Action>(frame: { action: A } & Record<string, unknown>): Promise<Reply<A>> {
    const answer = await this.ask(frame)
    if (answer.type !== 'reply') throw new Error(`${frame.action} failed: ${JSON.stringify(answer)}`)
    return answer.data as Reply<A>
  }

  /** Sends a request and returns its error. Rejects if the request succeeds. */
  async refused(frame: Record<string, unknown>): Promise<ErrorFrame['error']> {
    const answer = await this.ask(frame)
    if (answer.type !== 'error') throw new Error(`${String(frame.action)} succeeded: ${JSON.stringify(answer)}`)
    return answer.error
  }

  /**
   * Sends a text unchanged, in parts if it is long, and returns the next frame that is not an event. A part may end
   * within a character.
   */
  async raw(text: string | Buffer): Promise<ServerFrame> {
    const bytes = Buffer.from(text)
    const send = () => {
      for (let at = 0; at === 0 || at < bytes.length; at += PART_BYTES) {
        const fin = at + PART_BYTES >= bytes.length
        this.socket.send(bytes.subarray(at, at + PART_BYTES), { binary: false, fin })
      }
    }
    for (;;) {
      const seen = this.frames.length
      const answer = await this.#answerTo(send, () => this.frames.slice(seen).find(({ type }) => type !== 'events'))
      if (!this.#isToRepeat(answer)) return answer
    }
  }

  /** Waits for an event. Returns at once if it has already arrived. */
  event<N extends ChatEvent['event']>(
    name: N,
    matches: (event: EventOf<N>) => boolean = () => true,
  ): Promise<EventOf<N>> {
    return this.until(() =>
      this.events.find((event): event is EventOf<N> => event.event === name && matches(event as EventOf<N>)),
    )
  }

  /** Waits until messages with all these contents have arrived from the room. */
  async messages(chatRoomId: string, contents: readonly string[]): Promise<void> {
    await this.until(() => {
      const got = new Set(this.contents(chatRoomId))
      return contents.every((content) => got.has(content)) || undefined
    })
  }

  /** Returns the contents of the room's messages in the order of arrival, repeats included. */
  contents(chatRoomId: string): string[] {
    return this.events.flatMap((event) =>
      event.event === 'message' && event.chatRoomId === chatRoomId ? [event.content] : [],
    )
  }

  /** Waits until `look` finds something. Calls it after every frame. The test's own deadline ends the wait. */
  async until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('the socket closed while a test waited')
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
      })
    }
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return
    this.socket.close()
    await this.closed
  }

  #isToRepeat(answer: ServerFrame): boolean {
    return this.isPatient && answer.type === 'error' && answer.error.code === 'unavailable'
  }

  async #answerTo(send: () => void, find: () => ServerFrame | undefined): Promise<ServerFrame> {
    this.#unanswered.add(send)
    send()
    try {
      return await this.until(find)
    } finally {
      this.#unanswered.delete(send)
      this.#sendThrottledAgain()
    }
  }

  /** Sends all unanswered requests again, once every one of them was throttled. */
  #sendThrottledAgain(): void {
    if (this.#throttled < this.#unanswered.size) return
    this.#throttled = 0
    for (const send of this.#unanswered) send()
  }

  #isRepeat(event: ChatEvent): boolean {
    if (!this.isPatient || event.event !== 'message') return false
    const { chatRoomId, seq, version } = event
    return this.events.some(
      (known) =>
        known.event === 'message' && known.chatRoomId === chatRoomId && known.seq === seq && known.version === version,
    )
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }
}

/** Whether this is API Gateway's own error frame, which has no type. */
const isThrottle = (frame: object): boolean => 'message' in frame && frame.message === 'Too Many Requests'
