import { createHash } from 'node:crypto'
import { createWriteTransaction, Entity, type EntityItem } from 'electrodb'
import { Unavailable } from '../errors.ts'
import { Message, type MessageRow, seqOf } from './message.ts'
import { client, primary, service, table } from './table.ts'

/**
 * Makes a send idempotent for good. Key: ChatRoomId + SenderId + ClientMessageId, a partition of its own. The client's
 * id is last in the key and has no `#`, so two different triples never have the same key.
 *
 * - AP23 `getGuard`: was this sent before?
 * - AP24 `putGuardedMessage`: keep a message and its guard, both or neither
 */
export const SendGuard = new Entity(
  {
    model: { entity: 'SendGuard', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      senderId: { type: 'string', field: 'SenderId', required: true },
      clientMessageId: { type: 'string', field: 'ClientMessageId', required: true },
      messageId: { type: 'string', field: 'MessageId', required: true },
      /** Epoch milliseconds of the message. */
      timestamp: { type: 'number', field: 'Timestamp', required: true },
      contentHash: { type: 'string', field: 'ContentHash', required: true },
    },
    indexes: { guard: primary(['chatRoomId', 'senderId', 'clientMessageId'], []) },
  },
  { table, client },
)

export type GuardRow = Pick<EntityItem<typeof SendGuard>, 'messageId' | 'timestamp' | 'contentHash'>
export type GuardKey = Pick<EntityItem<typeof SendGuard>, 'chatRoomId' | 'senderId' | 'clientMessageId'>

/** Tells whether a retry has the content of the first send. */
export const contentHashOf = (content: string): string => createHash('sha256').update(content).digest('base64url')

/** AP23. */
export async function getGuard({ chatRoomId, senderId, clientMessageId }: GuardKey): Promise<GuardRow | undefined> {
  const { data } = await SendGuard.get({ chatRoomId, senderId, clientMessageId }).go({ consistent: true })
  return data ?? undefined
}

const entities = { Message, SendGuard }

/**
 * AP24. One transaction of two puts: a retry finds the guard if and only if the message was kept.
 *
 * @returns `sealed` when a reader has declared the place empty, or the guard when the same send was kept before
 * @throws Unavailable when the transaction conflicted with another one or was throttled; nothing was written
 */
export async function putGuardedMessage(
  message: MessageRow & { clientMessageId: string },
): Promise<'kept' | 'sealed' | GuardRow> {
  const { chatRoomId, senderId, clientMessageId, messageId, timestamp } = message
  const { canceled, data } = await createWriteTransaction(entities, (tx) => [
    tx.Message.create(message).commit({ response: 'all_old' }),
    tx.SendGuard.create({
      chatRoomId,
      senderId,
      clientMessageId,
      messageId,
      timestamp,
      contentHash: contentHashOf(message.content),
    }).commit({ response: 'all_old' }),
  ]).go()
  if (!canceled) return 'kept'
  const [place, guard] = data
  if (guard.code === 'ConditionalCheckFailed' && guard.item) return guard.item
  if (place.code === 'ConditionalCheckFailed') return 'sealed'
  throw new Unavailable(`unable to keep message ${seqOf(message)}; the transaction was cancelled`)
}
