import { inject } from 'vitest'
import type { Runtime } from '../../local/runtime.ts'
import { unseen } from '../../scripts/e2e/deployment.ts'
import { credentialsEnvironment } from './account.ts'

/**
 * Returns the entities on that runtime's table, for what no client can do. They read their table's name when they are
 * loaded, so a test file can have only one such runtime.
 */
export async function entitiesOf(chat: Runtime) {
  return inject('deployment') === undefined
    ? entitiesOn(chat)
    : unseen<Awaited<ReturnType<typeof entitiesOn>>>('the table')
}

async function entitiesOn(chat: Runtime) {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    ...credentialsEnvironment,
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
    TABLE_NAME: chat.tableName,
    // The same value that `startChat` gives the functions.
    TABLE_TIMEOUT_MS: '60000',
  })
  const [append, chatRoom, connection, membership, message, present, typing, roomClass] = await Promise.all([
    import('../../src/rooms/append-message.ts'),
    import('../../src/entities/chat-room.ts'),
    import('../../src/entities/connection.ts'),
    import('../../src/entities/membership.ts'),
    import('../../src/entities/message.ts'),
    import('../../src/entities/present.ts'),
    import('../../src/entities/typing.ts'),
    import('../../src/entities/room-class.ts'),
  ])
  return { ...append, ...chatRoom, ...connection, ...membership, ...message, ...present, ...typing, ...roomClass }
}

export type Entities = Awaited<ReturnType<typeof entitiesOf>>

/**
 * Writes messages at a room's next places, as if `senderId` had sent them. Faster than sending many, and without a
 * connection.
 */
export async function append(
  { ChatRoom, Message, getRoom, messageIdOf }: Entities,
  chatRoomId: string,
  senderId: string,
  contents: readonly string[],
): Promise<void> {
  const { headSeq } = (await getRoom(chatRoomId))!
  await ChatRoom.patch({ chatRoomId }).add({ headSeq: contents.length }).go()
  const messages = contents.map((content, i) => ({
    chatRoomId,
    messageId: messageIdOf(headSeq + i + 1),
    kind: 'text' as const,
    senderId,
    content,
    timestamp: Date.now(),
  }))
  if (messages.length > 0) await Message.put(messages).go({ concurrency: 4 })
}
