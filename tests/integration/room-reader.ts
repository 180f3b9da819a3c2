import type { Runtime } from '../../local/runtime.ts'
import type { MessageEvent } from '../../src/protocol/events.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { connect } from '../support/runtime.ts'
import { itemsOf, subscriptionItemsOf } from '../support/table-scan.ts'

/** What the protocol asks of a client: drop a `(chatRoomId, seq)` that is there already, order by `seq`. */
export function inSeqOrder(messages: readonly MessageEvent[]): { seq: number; content: string }[] {
  const bySeq = new Map(messages.map((message) => [message.seq, message]))
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq).map(({ seq, content }) => ({ seq, content }))
}

export const messagesTo = (client: RawClient, room: string): MessageEvent[] =>
  client.events.flatMap((event) => (event.event === 'message' && event.chatRoomId === room ? [event] : []))

/** The room's messages as they are stored, holes left out. */
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

/** What somebody who comes back after `lastSeq` is given by `sync`. */
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

/** The connection ids of the stored subscriptions, of one room or of all, in order. */
export async function subscribers(chat: Runtime, room?: string): Promise<string[]> {
  const rows = (await subscriptionItemsOf(chat)) as { pk: string; ConnectionId: string }[]
  return rows
    .filter(({ pk }) => room === undefined || pk === `subscriptions#${room}`)
    .map(({ ConnectionId }) => ConnectionId)
    .sort()
}

/** The connection ids of the sessions that have not ended. */
export async function sessions(chat: Runtime): Promise<string[]> {
  const rows = (await itemsOf(chat, 'Session')) as { ConnectionId: string }[]
  return rows.map(({ ConnectionId }) => ConnectionId).sort()
}

export async function storedConnections(chat: Runtime): Promise<string[]> {
  const rows = (await itemsOf(chat, 'Connection')) as { ConnectionId: string }[]
  return rows.map(({ ConnectionId }) => ConnectionId).sort()
}

/** Waits until the stream is worked, what its records brought about (a clean-up, say) included. */
export async function settled(chat: Runtime): Promise<void> {
  await chat.mapping.idle()
  await chat.mapping.idle()
}

/** Sends one after the other. */
export async function say(client: RawClient, room: string, contents: readonly string[]): Promise<void> {
  for (const content of contents) await client.request({ action: 'sendMessage', chatRoomId: room, content })
}
