import type { Runtime } from '../../local/runtime.ts'
import type { MessageEvent } from '../../src/protocol/events.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { connect } from '../support/runtime.ts'
import { itemsOf, subscriptionItemsOf } from '../support/table-scan.ts'

/** Does what the protocol asks of a client: drops repeated `(chatRoomId, seq)`, and sorts by `seq`. */
export function inSeqOrder(messages: readonly MessageEvent[]): { seq: number; content: string }[] {
  const bySeq = new Map(messages.map((message) => [message.seq, message]))
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq).map(({ seq, content }) => ({ seq, content }))
}

export const messagesTo = (client: RawClient, room: string): MessageEvent[] =>
  client.events.flatMap((event) => (event.event === 'message' && event.chatRoomId === room ? [event] : []))

/** Returns the room's messages as they are stored, without holes. */
export async function storedMessages(chat: Runtime, room: string): Promise<{ seq: number; content: string }[]> {
  const rows = (await itemsOf(chat, 'Message')) as unknown as {
    ChatRoomId: string
    MessageId: string
    Kind: string
    Content: string
  }[]
  return rows
    .filter((row) => row.ChatRoomId === room && row.Kind !== 'hole')
    .map((row) => ({ seq: Number(row.MessageId), content: row.Content }))
    .sort((a, b) => a.seq - b.seq)
}

/** Returns what `sync` gives a user who comes back after `lastSeq`. */
export async function syncedAfter(chat: Runtime, userId: string, room: string, lastSeq: number): Promise<string[]> {
  const client = await connect(chat, userId)
  const { rooms } = await client.request({ action: 'sync', rooms: { [room]: lastSeq } })
  const found = rooms.find(({ chatRoomId }) => chatRoomId === room)
  if (!found?.recovered) throw new Error(`unable to recover ${room}; sync says ${JSON.stringify(found)}`)
  return found.events.map(({ content }) => content)
}

export async function connectionIdOf(client: RawClient): Promise<string> {
  return (await client.request({ action: 'sync' })).connectionId
}

/** Returns the connection ids of the stored subscriptions, of one room or of all, in order. */
export async function subscribers(chat: Runtime, room?: string): Promise<string[]> {
  const rows = (await subscriptionItemsOf(chat)) as { pk: string; ConnectionId: string }[]
  return rows
    .filter(({ pk }) => room === undefined || pk === `subscriptions#${room}`)
    .map(({ ConnectionId }) => ConnectionId)
    .sort()
}

/** Returns the connection ids of the sessions that have not ended. */
export async function sessions(chat: Runtime): Promise<string[]> {
  const rows = (await itemsOf(chat, 'Session')) as { ConnectionId: string }[]
  return rows.map(({ ConnectionId }) => ConnectionId).sort()
}

export async function storedConnections(chat: Runtime): Promise<string[]> {
  const rows = (await itemsOf(chat, 'Connection')) as { ConnectionId: string }[]
  return rows.map(({ ConnectionId }) => ConnectionId).sort()
}

/** Waits until the stream is processed, including what its records caused, such as a clean-up. */
export async function settled(chat: Runtime): Promise<void> {
  await chat.mapping.idle()
  await chat.mapping.idle()
}

/** Sends one message after the other. */
export async function say(client: RawClient, room: string, contents: readonly string[]): Promise<void> {
  for (const content of contents) await client.request({ action: 'sendMessage', chatRoomId: room, content })
}
