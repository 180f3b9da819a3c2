import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Stack } from '../../terraform/stack.ts'
import { ACCOUNT_ID, REGION } from '../account.ts'
import type { Closable, Invoke, Log } from '../contracts.ts'
import { listen, originOf, readBody, sendJson } from '../http.ts'
import { type BusClock, realClock } from './bus-clock.ts'
import { WebhookQueue } from './webhook-queue.ts'

/** A URL that receives events. */
interface Subscriber {
  url: string
  /** The event types that it receives. Default: all. */
  events?: readonly string[]
}

/** An entry of `PutEvents`. */
interface BusEntry {
  EventBusName: string
  Source: string
  DetailType: string
  Detail: string
  /** Epoch seconds. */
  Time: number
}

export interface BusOptions {
  subscribers: readonly Subscriber[]
  /** Signs the requests to webhooks. Default: a random one. */
  secret?: string | undefined
  /** For tests. Default: the real clock. */
  clock?: BusClock | undefined
  /** For tests: refuses an entry if it returns an error code. */
  onPut?: ((entry: BusEntry) => string | undefined) | undefined
  stack: Pick<Stack, 'bus' | 'webhooks'>
  invoke: Invoke
  log: Log
}

/** The event bus, its rules, and the webhooks' queues and secret. */
export interface Bus extends Closable {
  /** The URL of all emulated services: EventBridge, SQS and Secrets Manager. */
  endpoint: string
  /** `whsec_…`, with which a webhook checks the signature of what it receives. */
  secret: string
  /** The entries that the bus has accepted, oldest first. */
  entries: readonly BusEntry[]
  queues: readonly WebhookQueue[]
  /** Added to the environment of the functions that use the bus. */
  environment: Record<string, string>
}

const MAX_ENTRIES = 10
const MAX_BYTES = 262_144
const BUS_NAME = 'tabletalk'
const SECRET_ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:webhooks`
const KEY_BYTES = 24

/**
 * Starts EventBridge, SQS and Secrets Manager, as far as the functions use them: `PutEvents`, `ChangeMessageVisibility`
 * and `GetSecretValue`. Signatures aren't checked. An event goes to the queue of each webhook that wants it. From there
 * it goes to the function that posts it, with retries as on AWS.
 */
export async function startBus(options: BusOptions): Promise<Bus> {
  const { stack, invoke, log, subscribers, clock = realClock } = options
  const secret = options.secret ?? `whsec_${randomBytes(KEY_BYTES).toString('base64')}`
  const entries: BusEntry[] = []
  const queues = subscribers.map((_, i) => {
    return new WebhookQueue({ name: `webhook-${i}`, webhooks: stack.webhooks, invoke, clock, log })
  })

  const take = (entry: BusEntry): object => {
    const ErrorCode = options.onPut?.(entry) ?? (entry.EventBusName === BUS_NAME ? undefined : 'NotFoundException')
    if (ErrorCode !== undefined) return { ErrorCode, ErrorMessage: 'refused' }
    entries.push(entry)
    const { bus } = stack
    for (const [i, { events }] of subscribers.entries()) {
      const isWanted = entry.Source === bus.source && (events === undefined || events.includes(entry.DetailType))
      if (isWanted) queues[i]!.send(JSON.stringify(eventOf(entry)))
    }
    return { EventId: randomUUID() }
  }

  const operations: Record<string, (input: never) => object | undefined> = {
    'AWSEvents.PutEvents': ({ Entries }: { Entries: BusEntry[] }) => {
      if (Entries.length > MAX_ENTRIES || Buffer.byteLength(JSON.stringify(Entries)) > MAX_BYTES) return undefined
      const Results = Entries.map(take)
      return { FailedEntryCount: Results.filter((one) => 'ErrorCode' in one).length, Entries: Results }
    },
    'AmazonSQS.ChangeMessageVisibility': (input: { ReceiptHandle: string; VisibilityTimeout: number }) =>
      queues.some((queue) => queue.changeVisibility(input.ReceiptHandle, input.VisibilityTimeout)) ? {} : undefined,
    'secretsmanager.GetSecretValue': ({ SecretId }: { SecretId: string }) =>
      SecretId === SECRET_ARN ? { ARN: SecretId, Name: 'webhooks', SecretString: secret } : undefined,
  }

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const operation = operations[String(req.headers['x-amz-target'])]
    const body = await readBody(req, 2 * MAX_BYTES)
    const output = body === undefined ? undefined : operation?.(JSON.parse(body) as never)
    if (output) sendJson(res, 200, output)
    else sendJson(res, 400, { __type: 'ValidationException', message: 'unable to do this here' })
  }
  const server = createServer((req, res) => {
    answer(req, res).catch((error: unknown) => {
      log.error('the bus failed', { error: String(error) })
      sendJson(res, 500, { __type: 'InternalException' })
    })
  })
  const endpoint = originOf('127.0.0.1', await listen(server, 0, '127.0.0.1'))
  const config = queues.map((queue, i) => {
    const name = queue.arn.split(':').at(-1)!
    return [name, { url: subscribers[i]!.url, secretArn: SECRET_ARN, queueUrl: `${endpoint}/${ACCOUNT_ID}/${name}` }]
  })

  return {
    endpoint,
    secret,
    entries,
    queues,
    environment: {
      EVENTS_BUS: BUS_NAME,
      PUSH: 'on',
      AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint,
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      WEBHOOKS: JSON.stringify(Object.fromEntries(config)),
    },
    async close() {
      await Promise.all(queues.map((queue) => queue.close()))
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

const eventOf = ({ Source, DetailType, Detail, Time }: BusEntry) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': DetailType,
  source: Source,
  account: ACCOUNT_ID,
  time: new Date(Time * 1_000).toISOString(),
  region: REGION,
  resources: [],
  detail: JSON.parse(Detail) as unknown,
})
