// Imported by name, so that the rest of the package stays out of the bundle.
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi'
import type { Aws } from '../../aws/credentials.ts'
import { type CloseConnection, CONCURRENCY, type PostFrame } from './post-frame.ts'

/** What the fan-out needs of `@connections`. */
export interface SdkGateway {
  post: PostFrame
  close: CloseConnection
}

/**
 * Returns an `@connections` client of the AWS SDK. Its own retries are switched off, because retries must stay within
 * the budget of the batch.
 */
export function sdkGateway(endpoint: string, { credentials, region }: Aws): SdkGateway {
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
  return {
    async post(connectionId, frame, requestTimeout) {
      await gateway.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }), { requestTimeout })
    },
    async close(connectionId, requestTimeout) {
      await gateway.send(new DeleteConnectionCommand({ ConnectionId: connectionId }), { requestTimeout })
    },
  }
}
