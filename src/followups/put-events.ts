import { setTimeout as delay } from 'node:timers/promises'
import { RARE_ATTEMPTS, RARE_DELAY_MS, rareService } from '../aws/rare-service.ts'
import { optional, text, url } from '../env.ts'
import { BUS_SOURCE, type BusEvent } from '../protocol/bus-events.ts'

const busName = optional('EVENTS_BUS', text)

/** Whether the deployment has a bus. Without it, no events are put. */
export const isBusOn = busName !== undefined

/** EventBridge's limit of entries in one request, and a value below its limit of bytes (256 KB). */
const MAX_ENTRIES = 10
const MAX_BYTES = 240_000

interface Result {
  Entries: { EventId?: string; ErrorCode?: string; ErrorMessage?: string }[]
}

const ask = rareService({
  what: 'the event bus',
  service: 'events',
  target: 'AWSEvents',
  jsonVersion: '1.1',
  endpoint: optional('AWS_ENDPOINT_URL_EVENTBRIDGE', url),
})

/**
 * Puts events on the bus, ten with each request. If the bus refuses some events of a request, they are put again.
 *
 * @returns the events that the bus still refused after the last attempt, each with the reason
 */
export async function putEvents(events: readonly BusEvent[]): Promise<Map<BusEvent, Error>> {
  const refused = new Map<BusEvent, Error>()
  for (const batch of batchesOf(events)) {
    for (const [event, error] of await putBatch(batch)) refused.set(event, error)
  }
  return refused
}

async function putBatch(events: readonly BusEvent[]): Promise<Map<BusEvent, Error>> {
  let left = new Map<BusEvent, Error>()
  for (let attempt = 1, toPut = events; ; attempt++) {
    try {
      left = refusedOf(toPut, (await ask('PutEvents', { Entries: toPut.map(entryOf) })) as Result)
    } catch (error) {
      return new Map(toPut.map((event) => [event, error as Error]))
    }
    if (left.size === 0 || attempt === RARE_ATTEMPTS) return left
    toPut = [...left.keys()]
    await delay(Math.random() * RARE_DELAY_MS * 2 ** attempt)
  }
}

const refusedOf = (events: readonly BusEvent[], { Entries }: Result) =>
  new Map(
    events.flatMap((event, i) => {
      const { ErrorCode, ErrorMessage = '' } = Entries[i] ?? { ErrorCode: 'no result' }
      return ErrorCode === undefined
        ? []
        : [[event, new Error(`unable to put; ${ErrorCode}: ${ErrorMessage}`)] as const]
    }),
  )

const entryOf = ({ type, detail }: BusEvent) => ({
  EventBusName: busName,
  Source: BUS_SOURCE,
  DetailType: type,
  Detail: JSON.stringify(detail),
  // In seconds.
  Time: detail.at / 1_000,
})

function batchesOf(events: readonly BusEvent[]): BusEvent[][] {
  const batches: BusEvent[][] = []
  let bytes = Infinity
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event.detail))
    const batch = batches.at(-1)
    if (batch === undefined || batch.length === MAX_ENTRIES || bytes + size > MAX_BYTES) {
      batches.push([event])
      bytes = size
    } else {
      batch.push(event)
      bytes += size
    }
  }
  return batches
}
