import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { consoleLog } from '../../local/console-log.ts'
import { TtlDeletions } from '../../local/dynamodb/ttl-deletions.ts'
import {
  type EventSourceMapping,
  startEventSourceMapping,
} from '../../local/event-source-mapping/event-source-mapping.ts'
import { loadStack } from '../../terraform/stack.ts'
import { account, type Table } from './table.ts'

type Deliver = (event: DynamoDBStreamEvent) => Promise<unknown>

const discard: Deliver = async () => ({ batchItemFailures: [] })

/**
 * Delivers a table's stream to a function through the local runtime's event source mapping, configured as in
 * `terraform/stack.json`.
 */
export class Stream {
  #deliver: Deliver = discard

  private constructor(
    private readonly streams: DynamoDBStreamsClient,
    private mapping: EventSourceMapping | undefined,
  ) {}

  /** Opens the stream. Reads the records that are written from now on. */
  static async open({ endpoint, streamArn }: Table): Promise<Stream> {
    const streamsClient = new DynamoDBStreamsClient({ endpoint, ...account })
    const stream = new Stream(streamsClient, undefined)
    stream.mapping = await startEventSourceMapping({
      streamsClient,
      streamArn,
      mapping: { ...loadStack().stream, startingPosition: 'LATEST' },
      invoke: (_, event) => stream.#deliver(event as DynamoDBStreamEvent),
      onFailure: async ({ requestContext }) => {
        throw new Error(`unable to continue; records failed: ${JSON.stringify(requestContext)}`)
      },
      ttlDeletions: new TtlDeletions(),
      region: account.region,
      log: { ...consoleLog(), warn: () => {} },
    })
    return stream
  }

  deliverTo(deliver: Deliver): void {
    this.#deliver = deliver
  }

  /** Discards records that are in the stream or are being retried, until the next `deliverTo`. */
  async drop(): Promise<void> {
    this.#deliver = discard
    await this.idle()
  }

  /** Resolves when all records have been processed, including those that their processing wrote. */
  async idle(): Promise<void> {
    await this.mapping!.idle()
    await this.mapping!.idle()
  }

  /** Stops reading the stream until `resume`. */
  pause(): void {
    this.mapping!.pause()
  }

  resume(): void {
    this.mapping!.resume()
  }

  async close(): Promise<void> {
    await this.mapping!.close()
    this.streams.destroy()
  }
}
