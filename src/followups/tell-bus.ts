import type { DynamoDBRecord } from 'aws-lambda'
import type { BusEvent } from '../protocol/bus-events.ts'
import { BatchCache } from '../streams/batch-cache.ts'
import { busNewsOf } from './bus-events.ts'
import { pushWanted } from './push-wanted.ts'
import { putEvents } from './put-events.ts'

/**
 * Puts on the bus what the records of a batch mean, in their order, and whom to wake for them. At least once: what the
 * bus does not take makes its record fail, and so be told again.
 *
 * @param fail receives each record that must come again
 */
export async function tellBus(
  records: readonly DynamoDBRecord[],
  fail: (record: DynamoDBRecord, what: string, error: unknown) => void,
  now: number,
): Promise<void> {
  const cache = new BatchCache()
  const recordOf = new Map<BusEvent, DynamoDBRecord>()
  // One after the other, because the members of a room are read by its first message.
  for (const record of records) {
    try {
      for (const event of await eventsOf(record, cache, now)) recordOf.set(event, record)
    } catch (error) {
      fail(record, 'bus event', error)
    }
  }
  const refused = await putEvents([...recordOf.keys()])
  for (const [event, error] of refused) fail(recordOf.get(event)!, event.type, error)
}

async function eventsOf(record: DynamoDBRecord, cache: BatchCache, now: number): Promise<BusEvent[]> {
  const { events, wakes } = await busNewsOf(record, now)
  return [...events, ...(wakes ? await pushWanted(wakes.message, wakes.named, cache, now) : [])]
}
