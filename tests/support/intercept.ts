import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { onTestFinished } from 'vitest'

/** A request on its way to DynamoDB. */
export interface Request {
  /** DynamoDB's name of the operation, as `PutItem`. */
  operation: string
  input: object
}

/**
 * Stands between a client and DynamoDB until the test ends: looks at requests, fails them by throwing, or does
 * something else before or after them.
 */
export function intercept(
  client: DynamoDBClient,
  middle: (request: Request, send: () => Promise<unknown>) => Promise<unknown>,
): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, '')
      let answer: Awaited<ReturnType<typeof next>> | undefined
      await middle({ operation, input: args.input }, async () => (answer = await next(args)))
      if (answer === undefined) throw new Error('unable to intercept; the request was neither sent nor failed')
      return answer
    },
    { step: 'initialize', name: 'intercept', override: true },
  )
  onTestFinished(() => void client.middlewareStack.remove('intercept'))
}
