import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { online, unique } from './runtime.ts'
import type { Target } from '../../scripts/e2e/target.ts'

/**
 * A room, made by the first of these people, with all of them in it and every connection subscribed. A name that comes
 * again is another connection of the same user; the user ids are no other test's.
 */
export async function givenRoom<const Names extends readonly string[]>(
  chat: Target,
  ...names: Names
): Promise<{ room: string; clients: { [I in keyof Names]: RawClient }; userIds: { [I in keyof Names]: string } }> {
  const ids = new Map([...new Set(names)].map((name) => [name, unique(name)]))
  const userIds = names.map((name) => ids.get(name)!)
  const clients = await Promise.all(userIds.map((userId) => online(chat, userId)))
  const [creator, ...others] = clients
  // As any deployment lets users do: the id is the server's, and the access is said where strangers shall come in.
  const made = { action: 'createRoom', roomName: 'A room', access: 'link', members: [...ids.values()] } as const
  const { chatRoomId: room } = await creator!.request(made)
  await Promise.all(others.map((client) => client.event('roomAdded', (event) => event.chatRoomId === room)))
  return { room, clients, userIds } as unknown as Awaited<ReturnType<typeof givenRoom<Names>>>
}
