import { inject } from 'vitest'
import { LOCAL_CREDENTIALS } from '../../src/local/environment.ts'
import type { Runtime } from '../../src/local/runtime.ts'

/**
 * The entities on that runtime's table, for what no client can do. They read their table's name as they load, so a test
 * file has one such runtime.
 */
export async function entitiesOf(chat: Runtime) {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
    TABLE_NAME: chat.tableName,
  })
  const [append, chatRoom, membership, message, typing] = await Promise.all([
    import('../../src/entities/append.ts'),
    import('../../src/entities/chat-room.ts'),
    import('../../src/entities/membership.ts'),
    import('../../src/entities/message.ts'),
    import('../../src/entities/typing.ts'),
  ])
  return { ...append, ...chatRoom, ...membership, ...message, ...typing }
}

export type Entities = Awaited<ReturnType<typeof entitiesOf>>

/** Appends messages to a room, one after the other, as if `senderId` had sent them from nowhere. */
export async function append(
  entities: Entities,
  chatRoomId: string,
  senderId: string,
  contents: readonly string[],
): Promise<void> {
  for (const content of contents) {
    const draft = { chatRoomId, senderId, kind: 'text', content, originConnectionId: 'none' } as const
    await entities.appendMessage(draft, Promise.resolve())
  }
}
