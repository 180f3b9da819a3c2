import type {
  APIGatewayEventRequestContextIAMAuthorizer,
  APIGatewayEventRequestContextLambdaAuthorizer,
  APIGatewayEventRequestContextV2WithAuthorizer,
  APIGatewayProxyEventV2WithRequestContext,
} from 'aws-lambda'

/** What the authorizer found. API Gateway adds it to every request with the same token, kept for 5 minutes. */
export interface AuthorizerContext {
  /** The token's `sub`. */
  sub: string
  /** Epoch seconds. */
  exp: number
  /** `Scope`s, space-separated. */
  scopes: string
}

/** Of a token, or of the AWS credentials that have signed the request. */
type Authorizer =
  APIGatewayEventRequestContextLambdaAuthorizer<AuthorizerContext> | APIGatewayEventRequestContextIAMAuthorizer

/** A request to the server API, payload format 2.0. */
export type ServerEvent = APIGatewayProxyEventV2WithRequestContext<
  APIGatewayEventRequestContextV2WithAuthorizer<Authorizer>
>
