import { createHash } from 'node:crypto'
import { Entity } from 'electrodb'
import { untilProcessed } from './until-processed.ts'
import type { SubscriptionRange } from './subscription.ts'
import { client, own, service, table } from './table.ts'

/**
 * A part of a huge room's fan-out: some events for one range of the room's subscriptions. Key: TaskId. Each task has a
 * partition of its own, so tasks spread over the stream's shards and are processed in parallel. The stream function
 * writes a task and receives it as a record. Nobody reads the item, and TTL deletes it.
 *
 * - AP31 `putTasks`: hand parts of a fan-out to other invocations
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
      /** JSON. A message is only its seq, because it can be read from the table; any other event is here in full. */
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

/** A task, without the attributes that `putTasks` adds. */
export interface FanOutTaskRow extends SubscriptionRange {
  chatRoomId: string
  deliveries: string
}

/** As long as the stream keeps a record. Later, a task can't be processed any more. */
const LIFETIME_SECONDS = 24 * 60 * 60

/**
 * AP31. Writes tasks. A task's id is the hash of its content, so a redelivered batch writes the same items, and the
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
