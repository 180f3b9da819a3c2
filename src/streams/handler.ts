import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { changeOf } from './changes.ts'
import type { Delivery, FanOutReport } from '../delivery/delivery.ts'
import { fanOut } from '../delivery/fan-out.ts'
import { CoalescingWindow, windowOf } from './coalescing-window.ts'
import { forEachLimited } from '../delivery/for-each-limited.ts'
import { postTo } from '../delivery/posting/post.ts'
import type { PostFrame } from '../delivery/posting/post-frame.ts'
import { react, RoomCache } from './reactions.ts'
import { reportFailures } from '../delivery/report-failures.ts'

const REACTIONS_AT_ONCE = 16

const logger = new Logger()
const metrics = new Metrics({ serviceName: 'fan-out' })

/**
 * The engine of delivery: what the table's stream says becomes posts.
 *
 * Returns the records that must come again, as `batchItemFailures`; Lambda retries from the lowest of them, so what
 * follows it comes twice, which clients drop by `(chatRoomId, seq)`. Only a record that can't be read, or whose table
 * access failed, is such a failure, and a task that there was no time for; a recipient that can't be reached never is.
 * Throws when the first of several records failed: Lambda then halves the batch. Under pressure it returns a little
 * later than it could, see `CoalescingWindow`.
 */
export function streamHandler(post: PostFrame, window = new CoalescingWindow(windowOf(process.env))) {
  return async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const startedAt = Date.now()
    const failed = new Set<string>()
    const told = new Map<DynamoDBRecord, Delivery[]>()
    const rooms = new RoomCache()
    // Reactions first, for all of the batch: who joined in it is subscribed before what was said in it goes out.
    await forEachLimited(event.Records, REACTIONS_AT_ONCE, async (record) => {
      const sequenceNumber = record.dynamodb?.SequenceNumber ?? ''
      try {
        const change = changeOf(record)
        if (change === undefined) return
        const deliveries = await react(change, rooms)
        told.set(
          record,
          deliveries.map((delivery) => ({ ...delivery, sequenceNumber })),
        )
      } catch (error) {
        failed.add(sequenceNumber)
        logger.error('record failed', { sequenceNumber, eventName: record.eventName, error: error as Error })
      }
    })
    const deliveries = event.Records.flatMap((record) => told.get(record) ?? [])
    const report = await fanOut(deliveries, post)
    for (const { sequenceNumbers, chatRoomId, error } of report.unread) {
      for (const sequenceNumber of sequenceNumbers) failed.add(sequenceNumber)
      logger.error('room unread', { chatRoomId, error: error as Error })
    }
    account(report, failed.size)
    for (const sequenceNumber of report.postponed) failed.add(sequenceNumber)
    const [first] = event.Records
    if (event.Records.length > 1 && failed.has(first?.dynamodb?.SequenceNumber ?? '')) {
      // A batch is bisected at the record that is reported; reported again and again, the first record would take all that
      // follows along into the on-failure destination. An error has the batch cut in the middle until it stands alone.
      throw new Error('unable to process the first record of the batch')
    }
    await window.hold(startedAt, deliveries)
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) }
  }
}

function account(report: FanOutReport, recordsFailed: number): void {
  reportFailures(logger, report)
  const { delivered, gone, throttled, slow, failed } = report.posts
  const counts = {
    PostsDelivered: delivered,
    PostsGone: gone,
    PostsThrottled: throttled,
    PostsSlow: slow,
    PostsFailed: failed,
    PostsSkipped: report.skipped,
    EventsDelivered: report.eventsDelivered,
    RecordsFailed: recordsFailed,
  }
  for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, count)
  metrics.publishStoredMetrics()
}

const endpoint = process.env.CONNECTIONS_ENDPOINT
if (endpoint === undefined || endpoint === '') {
  throw new Error('unable to start the stream function; CONNECTIONS_ENDPOINT is not set')
}

export const handler = streamHandler(postTo(endpoint))
