import type { DynamoDBStreamEvent } from 'aws-lambda'
import { Child } from '../shared/rpc.ts'
import type { HandlerCalls, HandlerReport } from './handler.ts'

type Handler = Child<HandlerCalls>

export const startHandler = (): Handler => new Child(new URL('./handler.ts', import.meta.url))

interface Crashes {
  /** Posts after which a handler is killed during its tasks; 0 for never. */
  after: number
  /** Most handlers that are killed. */
  most: number
}

/** Processes that each handle one batch at a time, as the instances of a Lambda function do. */
export class Handlers {
  /** Number of invocations, and number of handlers that were killed. */
  batches = 0
  crashes = 0
  readonly #reports: HandlerReport[] = []

  private constructor(
    private readonly idle: Handler[],
    private readonly planned: Crashes,
  ) {}

  static async start(count: number, crashes: Crashes): Promise<Handlers> {
    return new Handlers(await Promise.all(Array.from({ length: count }, warmHandler)), crashes)
  }

  /** @throws Error if the handler is killed during the call; another process then replaces it */
  async invoke(event: DynamoDBStreamEvent): Promise<unknown> {
    const handler = this.idle.pop()!
    this.batches += 1
    if (this.planned.after > 0 && this.crashes < this.planned.most && hasTasks(event)) {
      this.crashes += 1
      this.#kill(handler).catch(() => {})
    }
    try {
      const response = await handler.call('handle', event)
      this.idle.push(handler)
      return response
    } catch (error) {
      this.idle.push(await warmHandler())
      throw error
    }
  }

  /** Ends the processes. Returns the reports of all handlers, including those that were killed. */
  async end(): Promise<readonly HandlerReport[]> {
    for (const handler of this.idle) {
      this.#reports.push(await handler.call('report'))
      await handler.end()
    }
    return this.#reports
  }

  async #kill(handler: Handler): Promise<void> {
    await handler.call('dieAfter', { posts: this.planned.after })
    this.#reports.push(await handler.call('report'))
    handler.kill()
  }
}

/** Starts a handler before its first batch. On Lambda that takes time too, but it is not part of the measurement. */
async function warmHandler(): Promise<Handler> {
  const handler = startHandler()
  await handler.call('handle', { Records: [] })
  return handler
}

const hasTasks = ({ Records }: DynamoDBStreamEvent): boolean =>
  Records.some(({ dynamodb }) => dynamodb?.NewImage?.__edb_e__?.S === 'FanOutTask')
