import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Closable, Log } from '../contracts.ts'
import { listen, originOf, readBody, sendJson } from '../http.ts'
import { between, type LikeAws } from './like-aws.ts'
import { divide, type TableInput, TableRefusals } from './table-faults.ts'

/** More than DynamoDB takes: 16 MB for a batch. */
const MAX_REQUEST_BYTES = 32 * 1024 * 1024

interface TableProxyOptions {
  /** DynamoDB Local's. */
  endpoint: string
  /** The table that stands for the index, read in place of it. */
  indexTable: string
  /** Which keys the table belongs to: DynamoDB Local looks at nothing else of a signature. */
  accessKeyId: string
  faults: LikeAws
  log: Log
}

/**
 * Stands between the functions and DynamoDB Local, and does what DynamoDB does: it takes its time, refuses some
 * requests, leaves a part of some batches undone, and reads an index that lags.
 */
export async function startTableProxy(options: TableProxyOptions): Promise<Closable & { endpoint: string }> {
  const { log } = options
  const refusals = new TableRefusals(options.faults)
  const server = createServer((req, res) => {
    pass(options, refusals, req, res).catch((error: unknown) => {
      log.warn('unable to pass a request to the table on', { error: String(error) })
      res.destroy()
    })
  })
  const host = '127.0.0.1'
  const port = await listen(server, 0, host)
  return {
    endpoint: originOf(host, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function pass(
  options: TableProxyOptions,
  refusals: TableRefusals,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { endpoint, indexTable, accessKeyId, faults } = options
  const body = await readBody(req, MAX_REQUEST_BYTES)
  const target = String(req.headers['x-amz-target'])
  const operation = target.slice(target.indexOf('.') + 1)
  const input = JSON.parse(body ?? '{}') as TableInput
  await delay(between(faults.tableMs, faults.random))
  const refused = refusals.of({ operation, input })
  if (refused !== undefined) return sendJson(res, 400, refused)

  const { done, undone } = divide({ operation, input }, faults)
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
      authorization: String(req.headers.authorization).replace(/(?<=Credential=)[^/]+/, accessKeyId),
    },
    body: JSON.stringify(done.IndexName === undefined ? done : { ...done, TableName: indexTable }),
  })
  sendJson(res, answer.status, { ...((await answer.json()) as object), ...undone })
}
