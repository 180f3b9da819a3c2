import type {
  APIGatewayEventWebsocketRequestContextV2,
  APIGatewayProxyStructuredResultV2,
  APIGatewayProxyWebsocketEventV2WithRequestContext,
} from 'aws-lambda'

/**
 * The authorizer's context, which API Gateway adds to every event of the connection. Every value is a string. At
 * `$connect` it may be `{refused: 'token'}` instead; the connection is then refused.
 */
interface AuthorizerContext {
  userId: string
  /** Epoch seconds. */
  exp: string
  /** The session that the connection named in its URL. */
  sessionId?: string
  /** `Scope`s, separated by spaces; undefined if the token grants none. */
  scopes?: string
  /** What the token claims about the user, in the form of a profile. */
  name?: string
  imageUrl?: string
}

/** An event of API Gateway's WebSocket API, with what the authorizer found. */
export type SocketEvent = APIGatewayProxyWebsocketEventV2WithRequestContext<
  APIGatewayEventWebsocketRequestContextV2 & { authorizer: AuthorizerContext }
>

export type SocketHandler = (event: SocketEvent) => Promise<APIGatewayProxyStructuredResultV2>
