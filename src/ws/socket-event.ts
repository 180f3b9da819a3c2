import type {
  APIGatewayEventWebsocketRequestContextV2,
  APIGatewayProxyStructuredResultV2,
  APIGatewayProxyWebsocketEventV2WithRequestContext,
} from 'aws-lambda'

/**
 * The authorizer's context. API Gateway adds it to every event of the connection; every value is a string. At
 * `$connect` it may be `{refused: 'token'}` instead: then there will be no connection.
 */
interface AuthorizerContext {
  userId: string
  /** Epoch seconds. */
  exp: string
  /** The session that the connection named in its URL. */
  sessionId?: string
  /** `Scope`s, space-separated; absent when the token grants none. */
  scopes?: string
  /** What the token says of the user, as a profile has it. */
  name?: string
  imageUrl?: string
}

export type SocketEvent = APIGatewayProxyWebsocketEventV2WithRequestContext<
  APIGatewayEventWebsocketRequestContextV2 & { authorizer: AuthorizerContext }
>

export type SocketHandler = (event: SocketEvent) => Promise<APIGatewayProxyStructuredResultV2>
