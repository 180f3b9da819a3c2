import { oneOf, optional } from '../../env.ts'
import { aws } from '../../aws/aws.ts'
import { leanPost } from './lean-post.ts'
import type { CloseConnection, PostFrame } from './post-frame.ts'
import type { SdkGateway } from './sdk-gateway.ts'

/**
 * Returns a function that posts to `endpoint`, `https://{api}.execute-api.{region}.amazonaws.com/{stage}`. The endpoint
 * is the setting `CONNECTIONS_ENDPOINT`, never the domain name of an event, which may be a custom domain. `POSTING=sdk`
 * posts with the SDK's client instead of `leanPost`.
 */
export function postTo(endpoint: string, posting = optional('POSTING', oneOf('lean', 'sdk')) ?? 'lean'): PostFrame {
  return posting === 'lean' ? leanPost(endpoint, aws) : bySdk(endpoint).post
}

/**
 * Returns a function that closes connections of an endpoint. It always uses the SDK's client, because it is rarely
 * needed.
 */
export const closeAt = (endpoint: string): CloseConnection => bySdk(endpoint).close

/** Uses the AWS SDK's client, which is loaded with the first request. */
function bySdk(endpoint: string): SdkGateway {
  let gateway: Promise<SdkGateway> | undefined
  const loaded = () => (gateway ??= import('./sdk-gateway.ts').then(({ sdkGateway }) => sdkGateway(endpoint, aws)))
  return {
    post: async (connectionId, frame, timeoutMs) => (await loaded()).post(connectionId, frame, timeoutMs),
    close: async (connectionId, timeoutMs) => (await loaded()).close(connectionId, timeoutMs),
  }
}
