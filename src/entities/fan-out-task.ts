import { createHash } from 'node:crypto'
import { Entity } from 'electrodb'
import { untilProcessed } from './until-processed.ts'
import type { SubscriptionRange } from './subscription.ts'
import { client, own, service, table } from './table.ts'

/**
 * A part of a huge room's fan-out: some events for one range of the room's subscriptions. Key: TaskId. Each task has a
 * partition of its own, so tasks spread over the stream's shards and are processed in parallel. The stream function
 * writes a task and receives it as a record; nothing reads the item, and TTL deletes it.
 *
 * - AP31 `putTasks`: who else is to receive this?
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
      /** JSON. A message is its seq alone, because the table has the rest; any other event is whole. */
      deliveries: { type: 'string', field: 'Deliveries', required: true },
      /** Epoch seconds, the table's TTL. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: {
      task: own('task', ['taskId'], [], 'task'),
    },
  },
  { table, client },
)

export interface FanOutTaskRow extends SubscriptionRange {
  chatRoomId: string
  deliveries: string
}

/** As long as the stream keeps a record: after that a task can't be processed any more. */
const LIFETIME_SECONDS = 24 * 60 * 60

/**
 * AP31. A task's id is the hash of its content. A batch that is redelivered therefore writes the same items, and the
 * stream doesn't report an item that didn't change.
 */
export async function putTasks(tasks: readonly FanOutTaskRow[], now: number): Promise<void> {
  const expiresAt = Math.floor(now / 1_000) + LIFETIME_SECONDS
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
