import { createHash } from 'node:crypto'
import { Entity } from 'electrodb'
import { untilProcessed } from './batch.ts'
import type { SubscriptionRange } from './subscription.ts'
import { client, service, table } from './table.ts'

/**
 * A part of a huge room's fan-out: some events for one range of the room's subscriptions. Key: TaskId, a partition of its
 * own, so that tasks spread over the stream's shards and are worked in parallel. Written and read by the stream Lambda
 * only; nobody asks for it again, so TTL removes it.
 *
 * - AP31 `putTasks`: who else is to hear this?
 */
export const FanOutTask = new Entity(
  {
    model: { entity: 'FanOutTask', version: '1', service },
    attributes: {
      taskId: { type: 'string', field: 'TaskId', required: true },
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      /** Exclusive; a sort key of the room's subscriptions. */
      after: { type: 'string', field: 'After', required: true },
      /** Inclusive; the last hash of the range, two hex digits. */
      through: { type: 'string', field: 'Through', required: true },
      /** JSON: messages by seq alone, for the table has them; other events whole. */
      deliveries: { type: 'string', field: 'Deliveries', required: true },
      /** Epoch seconds, for TTL. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: {
      task: {
        pk: { field: 'pk', composite: ['taskId'], template: 'task#${taskId}', casing: 'none' },
        sk: { field: 'sk', composite: [], template: 'task', casing: 'none' },
      },
    },
  },
  { table, client },
)

export interface FanOutTaskRow extends SubscriptionRange {
  chatRoomId: string
  deliveries: string
}

/** As long as the stream keeps a record: after that nothing can come of a task. */
const LIFETIME_SECONDS = 24 * 60 * 60

/**
 * AP31. A task's id is made of what it says, so a batch that comes again writes the same items, which the stream doesn't
 * report again.
 */
export async function putTasks(tasks: readonly FanOutTaskRow[], madeAt: number): Promise<void> {
  const expiresAt = Math.floor(madeAt / 1_000) + LIFETIME_SECONDS
  const rows = tasks.map((task) => ({ ...task, taskId: taskIdOf(task), expiresAt }))
  await untilProcessed(rows, async (left) => {
    const { unprocessed } = await FanOutTask.put(left).go({ concurrent: 4 })
    const again = new Set(unprocessed.map(({ taskId }) => taskId))
    return { unprocessed: left.filter((row) => again.has(row.taskId)) }
  })
}

function taskIdOf({ chatRoomId, after, through, deliveries }: FanOutTaskRow): string {
  const parts = JSON.stringify([chatRoomId, after, through, deliveries])
  return createHash('sha256').update(parts).digest('base64url')
}
