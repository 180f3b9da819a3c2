import type {
  APIGatewayEventWebsocketRequestContextV2,
  APIGatewayProxyStructuredResultV2,
  APIGatewayProxyWebsocketEventV2WithRequestContext,
} from 'aws-lambda'

/** What the authorizer found, kept by API Gateway for the connection's whole life; every value is a string. */
export interface AuthorizerContext {
  userId: string
  /** Epoch seconds. */
  exp: string
}

export type SocketEvent = APIGatewayProxyWebsocketEventV2WithRequestContext<
  APIGatewayEventWebsocketRequestContextV2 & { authorizer: AuthorizerContext }
>

export type SocketHandler = (event: SocketEvent) => Promise<APIGatewayProxyStructuredResultV2>
