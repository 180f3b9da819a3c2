import { oneOf, optional } from '../../env.ts'
import { client } from '../../entities/table.ts'
import { leanPost } from './lean-post.ts'
import { type Aws, CONCURRENCY, type PostFrame } from './post-frame.ts'

/**
 * Returns a function that posts to `endpoint`, `https://{api}.execute-api.{region}.amazonaws.com/{stage}`. It is the
 * setting `CONNECTIONS_ENDPOINT`, never the domain name of an event, which may be a custom domain. `POSTING=sdk` posts
 * by the SDK's client instead of `leanPost`.
 */
export function postTo(endpoint: string, posting = optional('POSTING', oneOf('lean', 'sdk')) ?? 'lean'): PostFrame {
  return posting === 'lean' ? leanPost(endpoint, client.config) : sdkPost(endpoint, client.config)
}

/**
 * Posts by the AWS SDK, which is loaded with the first post. Its own retries are switched off, because retries must
 * keep to the budget of the batch.
 */
export function sdkPost(endpoint: string, { credentials, region }: Aws): PostFrame {
  const load = async (): Promise<PostFrame> => {
    const { ApiGatewayManagementApiClient, PostToConnectionCommand } =
      await import('@aws-sdk/client-apigatewaymanagementapi')
    const agent = { maxSockets: CONCURRENCY, keepAlive: true }
    const gateway = new ApiGatewayManagementApiClient({
      endpoint,
      region,
      credentials,
      maxAttempts: 1,
      cacheMiddleware: true,
      requestHandler: {
        throwOnRequestTimeout: true,
        connectionTimeout: 1_000,
        socketAcquisitionWarningTimeout: 60_000,
        httpAgent: agent,
        httpsAgent: agent,
      },
    })
    return async (connectionId, frame, requestTimeout) => {
      await gateway.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }), { requestTimeout })
    }
  }
  let post: Promise<PostFrame> | undefined
  return async (connectionId, frame, timeoutMs) => {
    post ??= load()
    await (
      await post
    )(connectionId, frame, timeoutMs)
  }
}
