import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi'

const gateway = new ApiGatewayManagementApiClient({
  endpoint: process.env['CONNECTIONS_ENDPOINT']!,
  // Only when it complains in the log of thousands of requests that wait for its 50 sockets.
  requestHandler: { socketAcquisitionWarningTimeout: 3_600_000 },
})

/** As the samples post: by the SDK's client as it comes, but made once and not for every message. */
export async function stockPost(connectionId: string, frame: Buffer): Promise<void> {
  await gateway.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }))
}
