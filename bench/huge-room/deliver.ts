import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import type { Log } from '../../local/contracts.ts'
import { TtlDeletions } from '../../local/dynamodb/ttl-deletions.ts'
import { startEventSourceMapping } from '../../local/event-source-mapping/event-source-mapping.ts'
import type { Stack } from '../../terraform/stack.ts'
import type { HandlerReport } from './handler.ts'
import { Handlers } from './handlers.ts'

export interface Scenario {
  connections: number
  handlers: number
  /** A handler is killed during its tasks after so many posts. With `everyHandler`, each handler is killed once. */
  crashAfter?: number
  everyHandler?: boolean
  /** So many users react to the last message, in place of a new one. */
  reactions?: number
}

/** How one message, or the reactions to one, reached the room. */
export interface Result extends Required<Scenario> {
  crashes: number
  batches: number
  /** Milliseconds from the write to the response to the last post; 0 without posts. */
  ms: number
  posts: number
  /** Posts that tell of changes, such as reactions. */
  withChanges: number
  /** Connections that no post reached. */
  missed: number
  postsPerConnection: number
  /** Most posts to one connection. */
  most: number
  /** Maximum over the handlers: of the live heap, and of the resident memory. */
  liveMiB: number
  residentMiB: number
}

interface StreamOptions {
  streamsClient: DynamoDBStreamsClient
  streamArn: string
  mapping: Stack['stream']
  region: string
  log: Log
}

/**
 * Writes one message, or reactions to one, and waits until the stream has delivered what there is to deliver.
 *
 * @throws Error if the mapping gave up a batch
 */
export async function deliver(
  { connections, handlers: count, crashAfter = 0, everyHandler = false, reactions = 0 }: Scenario,
  write: () => Promise<void>,
  { mapping: settings, ...stream }: StreamOptions,
): Promise<Result> {
  const handlers = await Handlers.start(count, { after: crashAfter, most: everyHandler ? count : 1 })
  let givenUp = 0
  const mapping = await startEventSourceMapping({
    ...stream,
    // A queue of DynamoDB Local's only shard stands in for a shard: it is chosen by the item's key and has one batch at
    // a time.
    mapping: { ...settings, startingPosition: 'LATEST', parallelizationFactor: count },
    invoke: (_, event) => handlers.invoke(event as DynamoDBStreamEvent),
    onFailure: async () => {
      givenUp += 1
    },
    ttlDeletions: new TtlDeletions(),
  })
  const writtenAt = Date.now()
  await write()
  await mapping.idle()
  // For the tasks that were written in the meantime.
  await mapping.idle()
  await mapping.close()
  if (givenUp > 0) throw new Error(`unable to measure; ${String(givenUp)} batches were given up`)
  const reports = await handlers.end()
  return {
    ...{ connections, handlers: count, crashAfter, everyHandler, reactions },
    ...{ crashes: handlers.crashes, batches: handlers.batches },
    ...figuresOf(reports, connections, writtenAt),
  }
}

function figuresOf(reports: readonly HandlerReport[], connections: number, writtenAt: number) {
  const counts = countsOf(reports.flatMap(({ posted }) => posted.connections))
  const posts = counts.reduce((sum, count) => sum + count, 0)
  return {
    ms: posts === 0 ? 0 : Math.max(...reports.map(({ posted }) => posted.lastAt)) - writtenAt,
    posts,
    withChanges: reports.reduce((sum, { posted }) => sum + posted.withChanges, 0),
    missed: connections - counts.filter((count) => count > 0).length,
    postsPerConnection: Math.round((posts / connections) * 1_000) / 1_000,
    most: counts.reduce((most, count) => Math.max(most, count), 0),
    liveMiB: Math.max(...reports.map(({ peak }) => peak.live)),
    residentMiB: Math.max(...reports.map(({ peak }) => peak.resident)),
  }
}

/** Returns how often each number occurs, by the number. */
function countsOf(connections: readonly number[]): number[] {
  const counts: number[] = []
  for (const connection of connections) counts[connection] = (counts[connection] ?? 0) + 1
  return counts
}
