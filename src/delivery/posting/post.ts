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

/** Closes one connection, once. Rejects as a `PostFrame` does; 410 when it is gone already. */
export type CloseConnection = (connectionId: string, timeoutMs: number) => Promise<void>

/** Returns a function that closes connections of that endpoint. Always by the SDK's client: it is rarely needed. */
export const closeAt = (endpoint: string): CloseConnection => sdkGateway(endpoint, client.config).close

/** Posts by the AWS SDK. */
export const sdkPost = (endpoint: string, aws: Aws): PostFrame => sdkGateway(endpoint, aws).post

/**
 * The AWS SDK's client, which is loaded with the first request. Its own retries are switched off, because retries must
 * keep to the budget of the batch.
 */
function sdkGateway(endpoint: string, { credentials, region }: Aws): { post: PostFrame; close: CloseConnection } {
  const load = async () => {
    // By name, so that the rest of the package stays out of the bundle.
    const { ApiGatewayManagementApiClient, DeleteConnectionCommand, PostToConnectionCommand } =
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
    return { gateway, DeleteConnectionCommand, PostToConnectionCommand }
  }
  let loading: ReturnType<typeof load> | undefined
  const loaded = () => (loading ??= load())
  return {
    async post(connectionId, frame, requestTimeout) {
      const { gateway, PostToConnectionCommand } = await loaded()
      const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame })
      await gateway.send(command, { requestTimeout })
    },
    async close(connectionId, requestTimeout) {
      const { gateway, DeleteConnectionCommand } = await loaded()
      await gateway.send(new DeleteConnectionCommand({ ConnectionId: connectionId }), { requestTimeout })
    },
  }
}
