import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi'

const gateway = new ApiGatewayManagementApiClient({
  endpoint: process.env.CONNECTIONS_ENDPOINT!,
  // Delays the warning that thousands of requests wait for its 50 sockets.
  requestHandler: { socketAcquisitionWarningTimeout: 3_600_000 },
})

/**
 * Posts with the SDK's default client, as the samples do. But the client is created once, and not for every message.
 */
export async function stockPost(connectionId: string, frame: Buffer): Promise<void> {
  await gateway.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }))
}
