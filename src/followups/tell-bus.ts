import type { DynamoDBRecord } from 'aws-lambda'
import type { BusEvent } from '../protocol/bus-events.ts'
import { BatchCache } from '../streams/batch-cache.ts'
import { busNewsOf } from './bus-events.ts'
import { pushWanted } from './push-wanted.ts'
import { putEvents } from './put-events.ts'

/**
 * Puts the events of a batch's records on the bus, in their order, including the push events. Delivery is at least
 * once: if the bus does not accept an event, its record fails and is redelivered.
 *
 * @param fail called with each record that must be redelivered
 */
export async function tellBus(
  records: readonly DynamoDBRecord[],
  fail: (record: DynamoDBRecord, what: string, error: unknown) => void,
  now: number,
): Promise<void> {
  const cache = new BatchCache()
  const recordOf = new Map<BusEvent, DynamoDBRecord>()
  // One after the other, because the first message of a room reads the members for the others.
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
