import { client, table } from '../../src/entities/table.ts'

export interface Asked {
  /** DynamoDB's name of the operation, as `PutItem`. */
  operation: string
  /** The request's parameters, values as plain JavaScript. */
  input: Record<string, unknown>
}

/** What DynamoDB answers when there is nothing. */
const nothing: Record<string, Record<string, unknown>> = {
  Query: { Items: [] },
  BatchGetItem: { Responses: { [table]: [] }, UnprocessedKeys: {} },
}

/**
 * What `ask` sends to DynamoDB, in order. Nothing leaves the process: every request is answered with what `answers`
 * has for its operation, or with nothing found.
 */
export async function recorded(
  ask: () => Promise<unknown>,
  answers: Record<string, Record<string, unknown> | (() => Record<string, unknown>)> = {},
): Promise<Asked[]> {
  const asked: Asked[] = []
  client.middlewareStack.add(
    (_next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, '')
      asked.push({ operation, input: structuredClone(args.input) as unknown as Record<string, unknown> })
      const answer = answers[operation]
      const output = { $metadata: {}, ...nothing[operation], ...(typeof answer === 'function' ? answer() : answer) }
      return { response: {}, output: output as never }
    },
    { step: 'initialize', priority: 'high', name: 'recorded' },
  )
  try {
    await ask()
  } finally {
    client.middlewareStack.remove('recorded')
  }
  return asked
}
