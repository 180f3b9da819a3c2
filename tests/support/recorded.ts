import { client, table } from '../../src/entities/table.ts'

export interface Asked {
  /** DynamoDB's name of the operation, such as `PutItem`. */
  operation: string
  /** The request's parameters, with values as plain JavaScript. */
  input: Record<string, unknown>
}

/** What DynamoDB answers if there are no items. */
const nothing: Record<string, Record<string, unknown>> = {
  Query: { Items: [] },
  BatchGetItem: { Responses: { [table]: [] }, UnprocessedKeys: {} },
}

/**
 * Returns what `ask` sends to DynamoDB, in order. Nothing leaves the process: every request is answered with what
 * `answers` has for its operation, or with no items.
 */
export async function recorded(
  ask: () => Promise<unknown>,
  answers: Record<string, Record<string, unknown> | (() => Record<string, unknown>)> = {},
): Promise<Asked[]> {
  const asked: Asked[] = []
  const end = client.use(async ({ operation, input }) => {
    asked.push({ operation, input: structuredClone(input) })
    const answer = answers[operation]
    return { ...nothing[operation], ...(typeof answer === 'function' ? answer() : answer) }
  })
  try {
    await ask()
  } finally {
    end()
  }
  return asked
}
