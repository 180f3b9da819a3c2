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

const dropped: Deliver = async () => ({ batchItemFailures: [] })

/** Lambda's event source mapping of the local runtime, as `terraform/stack.json` sets it, between a table and whoever works. */
export class Stream {
  #deliver: Deliver = dropped

  private constructor(
    private readonly streams: DynamoDBStreamsClient,
    private mapping: EventSourceMapping | undefined,
  ) {}

  /** Reads what is written from now on. */
  static async open({ endpoint, streamArn }: Table): Promise<Stream> {
    const streamsClient = new DynamoDBStreamsClient({ endpoint, ...account })
    const stream = new Stream(streamsClient, undefined)
    stream.mapping = await startEventSourceMapping({
      streamsClient,
      streamArn,
      mapping: { ...loadStack().stream, startingPosition: 'LATEST' },
      invoke: (_, event) => stream.#deliver(event as DynamoDBStreamEvent),
      onFailure: async ({ requestContext }) => {
        throw new Error(`unable to go on; records failed: ${JSON.stringify(requestContext)}`)
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

  /** What is in the stream, and what fails from now on, goes to nobody. */
  async drop(): Promise<void> {
    this.#deliver = dropped
    await this.idle()
  }

  /** Resolves when everything has been worked off, and what that has written as well. */
  async idle(): Promise<void> {
    await this.mapping!.idle()
    await this.mapping!.idle()
  }

  /** The stream isn't read until `resume`. */
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
