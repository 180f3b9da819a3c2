import { onTestFinished } from 'vitest'
import type { TableClient } from '../../src/entities/table-client.ts'

/** A request on its way to DynamoDB. */
export interface Request {
  /** DynamoDB's name of the operation, such as `PutItem`. */
  operation: string
  input: object
}

/**
 * Puts a function between a client and DynamoDB until the test ends. It can look at requests, fail them by throwing, or
 * do something else before or after them.
 */
export function intercept(
  client: TableClient,
  middle: (request: Request, send: () => Promise<unknown>) => Promise<unknown>,
): void {
  const end = client.use(async (request, next) => {
    let answer: Awaited<ReturnType<typeof next>> | undefined
    await middle(request, async () => (answer = await next(request)))
    if (answer === undefined) throw new Error('unable to intercept; the request was neither sent nor failed')
    return answer
  })
  onTestFinished(end)
}
