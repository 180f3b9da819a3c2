import { setImmediate as nextTurn } from 'node:timers/promises'
import { ChatClient, ChatError, type MessageEvent, type OutgoingMessage, type Room } from '../../client/node.ts'
import { systemClock } from '../../client/clock.ts'
import type { Runtime } from '../../local/runtime.ts'
import { unique } from '../support/runtime.ts'
import { LossySocket } from './lossy-socket.ts'
import { ROOMS, type Step, USERS } from './scenario.ts'

/** The clients' timers are this much faster, because some of their waits can't be set. */
const HURRY = 10
const hurried = { ...systemClock, setTimeout: (run: () => void, ms: number) => setTimeout(run, ms / HURRY) }

/** Why the server may refuse what a user does: they were removed, the message is gone, or it is another user's. */
const REFUSALS = ['not_a_member', 'message_not_found', 'forbidden']

/** Some users, each with a client, and their rooms. */
export class Stage {
  readonly rooms = Array.from({ length: ROOMS }, () => unique('room'))
  /** By user and room, the messages that the user's client has delivered. */
  readonly views = Array.from({ length: USERS }, () => this.rooms.map((): MessageEvent[] => []))
  readonly outgoing: OutgoingMessage[] = []
  /** What clients have thrown, beside errors of retryable requests and what the server may refuse. */
  readonly errors: unknown[] = []
  readonly #chat: Runtime
  readonly #sockets: LossySocket[][] = Array.from({ length: USERS }, () => [])
  readonly #userIds = Array.from({ length: USERS }, (_, index) => unique(`user${index}`))
  readonly #clients: ChatClient[]
  /** By user and room, whether the user has begun to join and not to leave, and their last way through the door. */
  readonly #isIn = new Set<string>()
  /** By user and room, those who have left or been removed. */
  readonly #haveGone = new Set<string>()
  readonly #doors = new Map<string, Promise<void>>()
  readonly #works: Promise<unknown>[] = []
  #crash: { name: string; posts: number } | undefined
  #changed = () => {}

  constructor(chat: Runtime) {
    this.#chat = chat
    this.#clients = this.#sockets.map((sockets, index) => {
      const client = new ChatClient({
        url: chat.wsUrl,
        getToken: () => chat.token(this.#userIds[index]!),
        createSocket: (url, protocols) => {
          const socket = new LossySocket(url, protocols)
          sockets.push(socket)
          return socket
        },
        clock: hurried,
        backoff: { minMs: HURRY, maxMs: 50 * HURRY },
        connectTimeoutMs: 20_000 * HURRY,
        requestTimeoutMs: 2_000 * HURRY,
        pingIntervalMs: 400 * HURRY,
        // Posts may be given up, on a busy machine even without a fault, and nothing follows the last one.
        checkIntervalMs: 1_000 * HURRY,
        holeWaitMs: 20 * HURRY,
        onError: (error) => this.errors.push(error),
      })
      this.rooms.forEach((id, i) => {
        const room = client.room(id)
        room.on('message', (message) => {
          this.views[index]![i]!.push(message)
          this.#changed()
        })
        // As an application that shows the whole room.
        room.on('stale', () => this.#try(() => room.history({ limit: 100 })))
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

  async play(steps: readonly Step[]): Promise<void> {
    for (const each of steps) {
      switch (each.does) {
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
          break
        case 'crash':
          this.#crash = { name: each.name, posts: each.posts }
          if (each.posts === 0) await this.crashed()
          break
        default:
          if ('message' in each) await this.#hasMessages(each)
          this.#act(each)
      }
    }
  }

  /** Ends the function that a step has chosen, once as many posts were made as it says. Returns whether it did. */
  async crashed(): Promise<boolean> {
    if (this.#crash === undefined || this.#crash.posts-- > 0) return false
    const { name } = this.#crash
    this.#crash = undefined
    await this.#chat.lambda.crash(name)
    return true
  }

  /**
   * Lets everybody be in all rooms, and waits until everything is sent and done. Who was in a room all the time doesn't
   * join it again: they would read it anew, and what they had missed would go unnoticed.
   */
  async settle(): Promise<void> {
    // A removal may still be on its way, and would end a membership that begins now.
    await Promise.all(this.#works)
    for (let i = 0; i < USERS; i++) this.rooms.forEach((_, room) => this.#join(i, room))
    for (const key of this.#haveGone) this.#join(...(key.split(' ').map(Number) as [number, number]), 'again')
    await Promise.all(this.#doors.values())
    await Promise.all(this.outgoing.map((message) => sent(message).catch(this.#refused)))
    await Promise.all(this.rooms.map((id) => sent(this.#room(0, id).send({ content: 'the end' }))))
  }

  /** Waits until everybody has received the last message. */
  async heardTheEnd(): Promise<void> {
    const isAtEnd = (view: MessageEvent[]) => view.at(-1)?.content === 'the end'
    while (!this.views.flat().every(isAtEnd)) {
      await new Promise<void>((resolve) => (this.#changed = resolve))
    }
  }

  /** Lets each application scroll up to the beginning, before which a client has no messages. */
  async loadBeginning(): Promise<void> {
    const all = this.#clients.flatMap((client) => this.rooms.map((id) => client.room(id)))
    await Promise.all(
      all.map((room) =>
        untilDone(async () => {
          const [first] = room.messages
          await room.history({ limit: 100, ...(first && { before: first.seq }) })
        }),
      ),
    )
  }

  /** Returns the room's messages and, by their roots, its threads, as each user's client shows them. */
  shown(id: string): { messages: readonly MessageEvent[]; threads: Record<string, readonly MessageEvent[]> }[] {
    return this.#clients.map((client) => {
      const { messages } = client.room(id)
      return { messages, threads: threadsOf(client.room(id)) }
    })
  }

  close(): void {
    for (const client of this.#clients) client.disconnect()
    for (const socket of this.#sockets.flat()) socket.terminate()
  }

  #room = (index: number, id: string): Room => this.#clients[index]!.room(id)

  /** Waits until the user is in the room and has sent what they say there, so that there is a message to choose. */
  async #hasMessages({ user, room }: { user: number; room: number }): Promise<void> {
    await this.#doors.get(`${user} ${room}`)
    await Promise.allSettled(this.#room(user, this.rooms[room]!).unsent.map(({ done }) => done))
  }

  #act(step: Extract<Step, { room: number }>): void {
    const { user, room: place } = step
    const room = this.#room(user, this.rooms[place]!)
    const isIn = this.#isIn.has(`${user} ${place}`)
    if (step.does === 'join') return this.#join(user, place)
    // A user who hasn't begun to join does nothing else, because it would be refused.
    if (!isIn) return
    const content = `${user} ${this.outgoing.length} ${this.#works.length}`
    const say = (message: OutgoingMessage) => void this.outgoing.push(message)
    const shown = [...room.messages, ...Object.values(threadsOf(room)).flat()].filter(({ deleted }) => !deleted)
    const own = shown.filter(({ senderId }) => senderId === this.#userIds[user])
    const onOneOf = (from: readonly MessageEvent[], work: (messageId: string) => void) => {
      if ('message' in step && from.length > 0) work(from[step.message % from.length]!.messageId)
    }
    // Mostly what is allowed.
    const mostlyOwn = [...own, ...own, ...own, ...shown]
    switch (step.does) {
      case 'send':
        for (let i = 0; i <= step.times; i++) say(room.send({ content: `${content} ${i}` }))
        return
      case 'broadcast':
        return say(room.broadcast({ content }))
      case 'leave':
        return this.#leave(user, place)
      case 'kick':
        this.#gone(`${user} ${place}`)
        return this.#try(() => this.#room(0, room.id).remove(this.#userIds[user]!))
      case 'quote':
        return onOneOf(shown, (replyTo) => say(room.send({ content, replyTo })))
      case 'reply': {
        const roots = shown.filter(({ threadId }) => threadId === undefined)
        return onOneOf(roots, (id) => say(room.thread(id).send({ content, ...(step.inRoom && { inRoom: true }) })))
      }
      case 'edit':
        return onOneOf(mostlyOwn, (id) => this.#try(() => room.edit(id, { content: `${content} edited` })))
      case 'delete':
        return onOneOf(mostlyOwn, (id) => this.#try(() => room.delete(id)))
      case 'react':
      case 'unreact':
        return onOneOf(shown, (id) => this.#try(() => room[step.does](id, step.reaction)))
    }
  }

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

  #join(index: number, room: number, again?: 'again'): void {
    const key = `${index} ${room}`
    if (this.#isIn.has(key) && !again) return
    this.#isIn.add(key)
    this.#pass(key, () => this.#room(index, this.rooms[room]!).join({ after: 0 }))
  }

  #leave(index: number, room: number): void {
    const key = `${index} ${room}`
    this.#gone(key)
    this.#pass(key, () => this.#room(index, this.rooms[room]!).leave())
  }

  #gone(key: string): void {
    this.#isIn.delete(key)
    this.#haveGone.add(key)
  }

  /** Joins or leaves after the user's earlier joins and leaves of the room. */
  #pass(key: string, work: () => Promise<void>): void {
    this.#doors.set(
      key,
      (this.#doors.get(key) ?? Promise.resolve()).then(() => untilDone(work)),
    )
  }

  /** Does something that may be refused, or given up on a bad connection. */
  #try(work: () => Promise<unknown>): void {
    this.#works.push(work().catch(this.#refused))
  }

  #refused = (error: unknown): void => {
    if (error instanceof ChatError && (error.retryable || REFUSALS.includes(error.code))) return
    this.errors.push(error)
  }
}

const threadsOf = (room: Room): Record<string, readonly MessageEvent[]> =>
  Object.fromEntries(
    room.messages.flatMap(({ messageId, threadId }) => {
      const { messages } = room.thread(messageId)
      return threadId === undefined && messages.length > 0 ? [[messageId, messages]] : []
    }),
  )

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
