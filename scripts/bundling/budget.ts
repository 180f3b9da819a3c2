import type { Stack } from '../../src/local/stack.ts'
import type { FunctionBundle } from './bundle-functions.ts'

/** Bytes of a bundle as it is loaded, not zipped. */
const WEBSOCKET_ROUTE = 560_000
const AUTHORIZER = 60_000

/** Those with the S3 client, which alone is 110 KB and comes in two versions. */
const WITH_S3_CLIENT = 760_000

const OWN: Readonly<Record<string, number>> = { handleFileUpload: WITH_S3_CLIENT, objectCreated: WITH_S3_CLIENT }

export function budgetOf(stack: Stack, functionName: string): number {
  return OWN[functionName] ?? (functionName === stack.authorizer ? AUTHORIZER : WEBSOCKET_ROUTE)
}

/** Sources that post to connections: the client, and our own code around it. */
const POSTING = /@aws-sdk\/client-apigatewaymanagementapi\/|^src\/streams\//

/** What is wrong with a bundle, if anything. */
export function complaintsAbout(stack: Stack, { name, code, contents }: FunctionBundle): string[] {
  const budget = budgetOf(stack, name)
  const posting = [...contents].filter(([file, bytes]) => bytes > 0 && POSTING.test(file)).map(([file]) => file)
  const mayPost = stack.functions[name]?.touches.connections !== undefined
  return [
    ...(code.length > budget ? [`${name} has ${code.length} bytes, ${code.length - budget} over its budget`] : []),
    ...(posting.length > 0 && !mayPost ? [`${name} can post: ${posting.join(', ')} is in it`] : []),
  ]
}
