import { ChatClient, type ChatClientOptions, type Room, type StatusChange } from '../../client/index.ts'
import { FakeServer } from './fake-server.ts'
import { VirtualClock } from './virtual-clock.ts'

/** Returns an unsigned token with these claims; `exp` is in epoch seconds. */
export const tokenOf = (claims: Record<string, unknown>): string =>
  ['{}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url')).join('.')

export interface Given {
  clock: VirtualClock
  server: FakeServer
  client: ChatClient
  statuses: StatusChange[]
  /** The errors that `onError` received. */
  errors: unknown[]
}

/** Creates a client of a server in memory, on a virtual clock. `random` is always 0.5. */
export function givenClient(options: Partial<ChatClientOptions> = {}): Given {
  const clock = new VirtualClock()
  const server = new FakeServer(clock)
  const errors: unknown[] = []
  const client = new ChatClient({
    url: 'wss://chat.example/prod',
    getToken: () => tokenOf({ sub: 'me' }),
    createSocket: server.createSocket,
    clock,
    random: () => 0.5,
    onError: (error) => errors.push(error),
    ...options,
  })
  const statuses: StatusChange[] = []
  client.on('status', (change) => statuses.push(change))
  return { clock, server, client, statuses, errors }
}

/**
 * Does the same, connects and joins a room `general`. `contents` are those of the messages that the room has delivered.
 */
export async function givenJoinedRoom(options: Partial<ChatClientOptions> = {}, history: string[] = []) {
  const given = givenClient(options)
  given.server.room('general')
  for (const content of history) given.server.keep('general', content)
  await given.client.connect()
  const room = given.client.room('general')
  await room.join()
  return { ...given, room, contents: contentsOf(room) }
}

/** Returns an array that grows as the room delivers. */
export function contentsOf(room: Pick<Room, 'on'>): string[] {
  const contents: string[] = []
  room.on('message', ({ content }) => contents.push(content))
  return contents
}
