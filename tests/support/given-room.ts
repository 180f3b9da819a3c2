import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { online, unique } from './runtime.ts'
import type { Target } from '../../scripts/e2e/target.ts'

/**
 * Creates a room with all of these users in it and every connection subscribed. The first user creates it. A repeated
 * name is another connection of the same user. No other test uses the same user ids.
 */
export async function givenRoom<const Names extends readonly string[]>(
  chat: Target,
  ...names: Names
): Promise<{ room: string; clients: { [I in keyof Names]: RawClient }; userIds: { [I in keyof Names]: string } }> {
  const ids = new Map([...new Set(names)].map((name) => [name, unique(name)]))
  const userIds = names.map((name) => ids.get(name)!)
  const clients = await Promise.all(userIds.map((userId) => online(chat, userId)))
  const [creator, ...others] = clients
  // As any deployment allows it: the server chooses the id, and the access lets strangers in.
  const made = { action: 'createRoom', roomName: 'A room', access: 'link', members: [...ids.values()] } as const
  const { chatRoomId: room } = await creator!.request(made)
  await Promise.all(others.map((client) => client.event('roomAdded', (event) => event.chatRoomId === room)))
  return { room, clients, userIds } as unknown as Awaited<ReturnType<typeof givenRoom<Names>>>
}
