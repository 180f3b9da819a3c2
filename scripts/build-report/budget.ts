import type { Stack } from '../../terraform/stack.ts'
import type { FunctionBundle } from '../shared/bundling/bundle-functions.ts'

/** Most bytes of a bundle, not zipped. */
const ROUTE_OR_STREAM = 420_000
const AUTHORIZER = 60_000

/** The server API has every action. */
const SERVER_API = 520_000

/**
 * Large, because nobody waits for these functions and they use S3: the client is 230 KB, the detection of file types 40
 * KB.
 */
const UPLOADS = 680_000
/**
 * The same S3 client, and code that reads two rows and writes one. The binary that shrinks pictures is a file of its
 * own.
 */
const THUMBNAILS = 560_000

/** Larger, because the janitor also writes exports. */
const JANITOR = 600_000

/** The same S3 client, and code that changes a room. */
const FOLLOWUPS = 660_000

export function budgetOf(stack: Stack, functionName: string): number {
  if ([stack.authorizer, stack.serverApi.authorizer].includes(functionName)) return AUTHORIZER
  if (functionName === stack.serverApi.function) return SERVER_API
  if (functionName === stack.schedules.janitor?.function) return JANITOR
  if (functionName === stack.followups.function) return FOLLOWUPS
  if (functionName === stack.bucket.thumbnails.function) return THUMBNAILS
  return functionName === stack.bucket.notification.function ? UPLOADS : ROUTE_OR_STREAM
}

/** Sources that post to connections: the client, and our own code around it. */
const POSTING = /@aws-sdk\/client-apigatewaymanagementapi\/|^src\/delivery\/|^sdk-gateway/

/** Returns what is wrong with a bundle. The list is empty if nothing is. */
export function complaintsAbout(stack: Stack, { name, code, contents, besides }: FunctionBundle): string[] {
  const budget = budgetOf(stack, name)
  const files = [...[...contents].filter(([, bytes]) => bytes > 0).map(([file]) => file), ...besides.keys()]
  const posting = files.filter((file) => POSTING.test(file))
  const mayPost = stack.functions[name]?.touches.connections !== undefined
  return [
    ...(code.length > budget ? [`${name} has ${code.length} bytes, ${code.length - budget} over its budget`] : []),
    ...(posting.length > 0 && !mayPost ? [`${name} can post: ${posting.join(', ')} is in it`] : []),
  ]
}
