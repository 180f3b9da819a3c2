/** Tabletalk: the deployed functions of `broadcastMessage` and of the stream, unchanged. */
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { ChatRoom } from '../../../src/entities/chat-room.ts'
import { Membership } from '../../../src/entities/membership.ts'
import { subscribe } from '../../../src/entities/subscription.ts'
import { client } from '../../../src/entities/table.ts'
import { handler as stream } from '../../../src/streams/handler.ts'
import { handler as messages } from '../../../src/ws/routes/messages.ts'
import type { SocketEvent } from '../../../src/ws/socket-event.ts'
import { type Member, serve } from './serve.ts'

const SENDER = 'user-0'
/** Epoch seconds, far in the future. */
const LATER = 4_000_000_000

serve({ client, seed, send, work: (event: DynamoDBStreamEvent) => stream(event) })

async function seed(chatRoomId: string, members: readonly Member[]): Promise<void> {
  const joined = { joinId: 'join', joinedAt: Date.now(), joinedSeq: 0 }
  await ChatRoom.put({ chatRoomId, roomName: 'Bench', createdBy: SENDER, createdAt: Date.now() }).go()
  await Membership.put({ chatRoomId, userId: SENDER, role: 'owner', founding: true, ...joined }).go()
  const room = { chatRoomId, joinId: joined.joinId }
  await subscribe(
    members.map(({ userId, connectionId }) => ({
      session: { userId, connectionId, sessionKey: connectionId, expiresAt: LATER },
      room,
    })),
  )
}

async function send(chatRoomId: string, content: string): Promise<void> {
  const event = {
    body: JSON.stringify({ action: 'broadcastMessage', requestId: 'r', chatRoomId, content }),
    requestContext: {
      routeKey: 'broadcastMessage',
      connectionId: 'sender',
      requestId: 'r',
      connectedAt: Date.now(),
      authorizer: { userId: SENDER, exp: String(LATER) },
    },
  }
  const { statusCode, body } = await messages(event as SocketEvent)
  if (statusCode !== 200) throw new Error(`unable to send; the function returned ${String(body)}`)
}
