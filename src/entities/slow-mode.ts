import { Entity } from 'electrodb'
import { RateLimited } from '../errors.ts'
import { client, own, service, table } from './table.ts'

/**
 * When a user last sent a message to a room with slow mode. Key: UserId + ChatRoomId. It is written in such rooms only.
 *
 * - AP66 `countSlow`: was this user's last send here long enough ago?
 */
export const SlowMode = new Entity(
  {
    model: { entity: 'SlowMode', version: '1', service },
    attributes: {
      userId: { type: 'string', field: 'UserId', required: true },
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      /** Epoch milliseconds. */
      lastAt: { type: 'number', field: 'LastAt', required: true },
      /** Epoch seconds, the table's TTL. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { room: own('rate', ['userId'], ['chatRoomId'], 'slow') },
  },
  { table, client },
)

/**
 * AP66. Notes a send with one conditional write, so of two sends at the same time one is refused.
 *
 * @param seconds the shortest time between two sends
 * @throws RateLimited when the last send was too recent; `retryAfterMs` is the rest of the time
 */
export async function countSlow(userId: string, chatRoomId: string, seconds: number, now: number): Promise<void> {
  const { rejected, data } = await SlowMode.put({
    userId,
    chatRoomId,
    lastAt: now,
    expiresAt: Math.ceil(now / 1_000) + seconds,
  })
    .where(({ lastAt }, { notExists, lte }) => `${notExists(lastAt)} OR ${lte(lastAt, now - seconds * 1_000)}`)
    .go({ returnOnConditionCheckFailure: 'all_old' })
  if (!rejected) return
  const left = (data?.lastAt ?? now) + seconds * 1_000 - now
  throw new RateLimited(
    `unable to send; the room is in slow mode, ${seconds} s between two messages`,
    Math.max(1, left),
  )
}
