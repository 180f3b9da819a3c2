import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { ChatClient, ChatError, type MessageEvent, type OutgoingMessage, type Room } from '../../client/node.ts'
import type { PostFault } from '../../local/gateway/faults.ts'
import type { Runtime } from '../../local/runtime.ts'
import { unique } from '../support/runtime.ts'
import { LossySocket } from './lossy-socket.ts'

const USERS = 3
const ROOMS = 2

const user = fc.nat({ max: USERS - 1 })
const room = fc.nat({ max: ROOMS - 1 })

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('join' as const), user, room }) },
  { weight: 10, arbitrary: fc.record({ does: fc.constant('send' as const), user, room, times: fc.nat({ max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('broadcast' as const), user, room }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('cut' as const), user }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('freeze' as const), user }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restart' as const) }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('wait' as const), turns: fc.nat({ max: 30 }) }) },
)

/** What happens to a post: the nth post of a scenario meets the nth of these faults, repeating the list. */
const fate = fc.constantFrom<PostFault[]>(
  ...[{}, {}, {}, { status: 403 }, { status: 200 }, { status: 500, deliver: true }, { delayMs: 5 }, { delayMs: 40 }],
)

export const scenario = fc.record({
  steps: fc.array(step, { minLength: 4, maxLength: 24 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 12 }),
})

export type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

/** Some users, each with a client, and their rooms. */
export class Stage {
  readonly rooms = Array.from({ length: ROOMS }, () => unique('room'))
  /** By user and room, the messages that the user's client has delivered. */
  readonly views = Array.from({ length: USERS }, () => this.rooms.map((): MessageEvent[] => []))
  readonly outgoing: OutgoingMessage[] = []
  readonly #chat: Runtime
  readonly #sockets: LossySocket[][] = Array.from({ length: USERS }, () => [])
  readonly #clients: ChatClient[]
  readonly #joins = new Map<string, Promise<void>>()
  #changed = () => {}

  constructor(chat: Runtime) {
    this.#chat = chat
    this.#clients = this.#sockets.map((sockets, index) => {
      const userId = unique(`user${index}`)
      const client = new ChatClient({
        url: chat.wsUrl,
        getToken: () => chat.token(userId),
        createSocket: (url, protocols) => {
          const socket = new LossySocket(url, protocols)
          sockets.push(socket)
          return socket
        },
        backoff: { minMs: 1, maxMs: 50 },
        requestTimeoutMs: 2_000,
        pingIntervalMs: 400,
        // Posts may be given up, on a busy machine even without a fault, and nothing follows the last one.
        checkIntervalMs: 1_000,
        holeWaitMs: 20,
      })
      this.rooms.forEach((id, i) => {
        client.room(id).on('message', (message) => {
          this.views[index]![i]!.push(message)
          this.#changed()
        })
      })
      return client
    })
  }

  /** Connects everybody and creates the rooms, with the first user in them. */
  async open(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.connect()))
    await Promise.all(this.rooms.map((id) => this.#makeRoom(id)))
    this.rooms.forEach((_, room) => this.#join(0, room))
  }

  async play(steps: Scenario['steps']): Promise<void> {
    for (const each of steps) {
      switch (each.does) {
        case 'join':
          this.#join(each.user, each.room)
          break
        case 'send':
          for (let i = 0; i <= each.times; i++) this.#say(each.user, each.room, 'send')
          break
        case 'broadcast':
          this.#say(each.user, each.room, 'broadcast')
          break
        case 'cut':
          this.#sockets[each.user]!.at(-1)?.terminate()
          break
        case 'freeze':
          this.#sockets[each.user]!.at(-1)?.freeze()
          break
        case 'restart':
          for (const connectionId of this.#chat.gateway.connectionIds()) this.#chat.gateway.terminate(connectionId)
          break
        case 'wait':
          for (let i = 0; i < each.turns; i++) await this.#chat.token('somebody')
      }
    }
  }

  /**
   * Lets everybody join the remaining rooms, and waits until everything is sent and everybody has received the last
   * message.
   */
  async settle(): Promise<void> {
    for (let i = 0; i < USERS; i++) this.rooms.forEach((_, room) => this.#join(i, room))
    await Promise.all(this.#joins.values())
    await Promise.all(this.outgoing.map(sent))
    await Promise.all(this.rooms.map((id) => sent(this.#room(0, id).send({ content: 'the end' }))))
    const isAtEnd = (view: MessageEvent[]) => view.at(-1)?.content === 'the end'
    while (!this.views.flat().every(isAtEnd)) {
      await new Promise<void>((resolve) => (this.#changed = resolve))
    }
  }

  close(): void {
    for (const client of this.#clients) client.disconnect()
    for (const socket of this.#sockets.flat()) socket.terminate()
  }

  #room = (index: number, id: string): Room => this.#clients[index]!.room(id)

  /**
   * Creates the room, with retries: another scenario's restart may interrupt it, before or after the room was created.
   */
  async #makeRoom(chatRoomId: string): Promise<void> {
    await untilDone(async () => {
      try {
        await this.#clients[0]!.createRoom({ chatRoomId, roomName: 'A room' })
      } catch (error) {
        if (!(error instanceof ChatError && error.code === 'conflict')) throw error
      }
    })
  }

  #join(index: number, room: number): void {
    const id = this.rooms[room]!
    const key = `${index} ${id}`
    if (!this.#joins.has(key))
      this.#joins.set(
        key,
        untilDone(() => this.#room(index, id).join({ after: 0 })),
      )
  }

  /** A user who hasn't begun to join doesn't send, because the message would be refused. */
  #say(index: number, room: number, how: 'send' | 'broadcast'): void {
    const id = this.rooms[room]!
    if (!this.#joins.has(`${index} ${id}`)) return
    this.outgoing.push(this.#room(index, id)[how]({ content: `${index} ${this.outgoing.length}` }))
  }
}

/**
 * Retries as long as the client says that the error is retryable. On a busy machine the client's own tries are soon
 * used up.
 */
async function untilDone(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ChatError && error.retryable)) throw error
    }
    // A try that fails at once, without a connection, must give the connection its turn.
    await nextTurn()
  }
}

const sent = (message: OutgoingMessage): Promise<void> =>
  untilDone(async () => {
    message.retry()
    await message.done
  })
