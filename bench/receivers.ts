/** The clients, in a process of their own: real WebSockets that parse every frame and count every event. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { MessageEvent } from '../src/protocol/events.ts'
import type { ServerFrame } from '../src/protocol/frames.ts'
import { answerCalls } from './rpc.ts'

export type Way = 'tabletalk' | 'floor'

/** What a phase's messages met with. */
export interface Received {
  /** Milliseconds from the first send to the last event's arrival. */
  elapsedMs: number
  /** Frames that carried events: each was one post. */
  frames: number
  /** Events, repeats not counted. */
  events: number
  repeats: number
  /** Sends that were answered with a retryable error and made again. */
  resends: number
  /** For each message, milliseconds from its send to its arrival at the last receiver. */
  latenciesMs: number[]
}

const ROOM = 'bench'
/** Bytes of every message's content. */
const CONTENT_BYTES = 200
/** Connections that are opened, or closed, at once. */
const AT_ONCE = 32
/** A hung phase ends here; nothing waits for it when all is well. */
const PHASE_DEADLINE_MS = 45_000

/** A starved machine lets a request time out; one that goes on doing so has nothing to measure. */
const SENDS = 4

class Refused extends Error {
  constructor(
    message: string,
    readonly retryable: boolean,
  ) {
    super(message)
  }
}

/** The gateway's own frames have no type, nor an error; they name no request, so the phase's deadline is theirs. */
const isRetryable = (frame: ServerFrame) => frame.type === 'error' && frame.error.retryable

const clients: WebSocket[] = []
let control: WebSocket
const answers = new Map<string, { resolve: (frame: ServerFrame) => void; reject: (error: Error) => void }>()
let requests = 0
let phase: Phase | undefined
let messages = 0

/** Messages under way, and who has them. */
class Phase {
  readonly done: Promise<void>
  readonly sentAt = new Map<string, number>()
  readonly latenciesMs: number[] = []
  frames = 0
  events = 0
  repeats = 0
  resends = 0
  lastAt = 0
  readonly #seen = new Map<string, { by: Uint8Array; left: number; resolve: () => void }>()
  #finish!: () => void

  constructor(private left: number) {
    this.done = new Promise((resolve) => {
      this.#finish = resolve
    })
  }

  /** Resolves when every receiver has it. */
  send(content: string): Promise<void> {
    return new Promise((resolve) => {
      this.#seen.set(content, { by: new Uint8Array(clients.length), left: clients.length, resolve })
      this.sentAt.set(content, performance.now())
    })
  }

  receive(receiver: number, events: readonly { content: string }[]): void {
    const now = performance.now()
    this.frames++
    for (const { content } of events) {
      const seen = this.#seen.get(content)
      if (!seen || seen.by[receiver] === 1) {
        this.repeats++
        continue
      }
      seen.by[receiver] = 1
      this.events++
      if (--seen.left > 0) continue
      this.lastAt = now
      this.latenciesMs.push(now - this.sentAt.get(content)!)
      seen.resolve()
      if (--this.left === 0) this.#finish()
    }
  }
}

async function open(wsUrl: string, token: string): Promise<{ ws: WebSocket; port: number }> {
  const ws = new WebSocket(wsUrl, ['tabletalk.v1', `bearer.${token}`], { perMessageDeflate: false })
  const upgraded = once(ws, 'upgrade') as Promise<[IncomingMessage]>
  await once(ws, 'open')
  const [{ socket }] = await upgraded
  return { ws, port: socket.localPort! }
}

function receive(receiver: number, data: Buffer): void {
  const frame = JSON.parse(data.toString()) as ServerFrame
  if (frame.type === 'events') {
    const chat = frame.events.filter((event): event is MessageEvent => event.event === 'message')
    if (chat.length > 0) phase?.receive(receiver, chat)
    return
  }
  const waiting = answers.get(frame.requestId ?? '')
  if (frame.type === 'reply') waiting?.resolve(frame)
  else waiting?.reject(new Refused(`unable to go on; the server answered ${data.toString()}`, isRetryable(frame)))
}

function ask(ws: WebSocket, frame: object): Promise<ServerFrame> {
  const requestId = `r${String(++requests)}`
  return new Promise<ServerFrame>((resolve, reject) => {
    answers.set(requestId, { resolve, reject })
    ws.send(JSON.stringify({ ...frame, requestId }))
  }).finally(() => answers.delete(requestId))
}

const newContent = () => `${String(++messages)} `.padEnd(CONTENT_BYTES, 'x')

/** What the floor broadcasts: a frame of the shape and size of Tabletalk's frame of one message. */
function floorFrame(content: string): string {
  const event: MessageEvent = {
    event: 'message',
    chatRoomId: ROOM,
    seq: messages,
    messageId: String(messages).padStart(16, '0'),
    kind: 'broadcast',
    senderId: 'user-0',
    content,
    timestamp: Date.now(),
  }
  return JSON.stringify({ type: 'events', events: [event] })
}

/** Resolves when the send is acknowledged, which the bare broadcast does not do. */
async function sendBy(way: Way, content: string): Promise<void> {
  if (way === 'floor') {
    control.send(floorFrame(content))
    return
  }
  for (let attempt = 1; ; attempt++) {
    try {
      await ask(clients[0]!, { action: 'broadcastMessage', chatRoomId: ROOM, content })
      return
    } catch (error) {
      if (!(error instanceof Refused && error.retryable) || attempt === SENDS) throw error
      if (phase) phase.resends++
    }
  }
}

async function measured(count: number, work: (phase: Phase) => Promise<unknown>): Promise<Received> {
  const current = new Phase(count)
  phase = current
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`unable to measure; ${String(current.events)} events had come by the deadline`))
    timer = setTimeout(fail, PHASE_DEADLINE_MS)
  })
  await Promise.race([Promise.all([work(current), current.done]), deadline])
  clearTimeout(timer)
  const { frames, events, repeats, resends, latenciesMs, lastAt } = current
  return { elapsedMs: lastAt - startedAt, frames, events, repeats, resends, latenciesMs }
}

const calls = {
  /** The first user founds the room with the others; answers when it has. */
  async found({
    wsUrl,
    floorUrl,
    tokens,
    users,
  }: {
    wsUrl: string
    floorUrl: string
    tokens: string[]
    users: string[]
  }) {
    control = new WebSocket(floorUrl, { perMessageDeflate: false })
    await once(control, 'open')
    const { ws, port } = await open(wsUrl, tokens[0]!)
    clients.push(ws)
    ws.on('message', (data: Buffer) => receive(0, data))
    await ask(ws, { action: 'sync' })
    await ask(ws, { action: 'createRoom', chatRoomId: ROOM, roomName: 'Bench', members: users.slice(1) })
    return { port }
  },

  /** Opens connections, users taking turns, until there are so many; answers with the ports of the new ones. */
  async fill({ wsUrl, tokens, connections }: { wsUrl: string; tokens: string[]; connections: number }) {
    const ports: number[] = []
    let next = clients.length
    const opener = async () => {
      while (next < connections) {
        const { ws, port } = await open(wsUrl, tokens[next++ % tokens.length]!)
        const receiver = clients.push(ws) - 1
        ws.on('message', (data: Buffer) => receive(receiver, data))
        await ask(ws, { action: 'sync' })
        ports.push(port)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, opener))
    return { ports }
  },

  /** One message after the other: the next is sent when every receiver has the last. */
  async paced({ way, count }: { way: Way; count: number }) {
    return measured(count, async (current) => {
      for (let i = 0; i < count; i++) {
        const content = newContent()
        const arrived = current.send(content)
        await Promise.all([arrived, sendBy(way, content)])
      }
    })
  },

  /** All messages at once. */
  async burst({ way, count }: { way: Way; count: number }) {
    return measured(count, (current) =>
      Promise.all(
        Array.from({ length: count }, () => {
          const content = newContent()
          return Promise.all([current.send(content), sendBy(way, content)])
        }),
      ),
    )
  },

  /** Closes the connections, some at a time: a thousand functions at once would starve DynamoDB Local. */
  async leave() {
    control.close()
    const queue = clients.values()
    const closer = async () => {
      for (const client of queue) {
        const closed = once(client, 'close')
        client.close()
        await closed
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, closer))
  },
}

export type ReceiverCalls = typeof calls

answerCalls(calls)
