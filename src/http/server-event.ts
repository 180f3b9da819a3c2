import type {
  APIGatewayEventRequestContextIAMAuthorizer,
  APIGatewayEventRequestContextLambdaAuthorizer,
  APIGatewayEventRequestContextV2WithAuthorizer,
  APIGatewayProxyEventV2WithRequestContext,
} from 'aws-lambda'

/** The authorizer's context, which API Gateway adds to every request with the same token, cached for 5 minutes. */
export interface AuthorizerContext {
  /** The token's `sub`. */
  sub: string
  /** Epoch seconds. */
  exp: number
  /** `Scope`s, separated by spaces. */
  scopes: string
}

/** The result of a token's authorizer, or the AWS credentials that signed the request. */
type Authorizer =
  APIGatewayEventRequestContextLambdaAuthorizer<AuthorizerContext> | APIGatewayEventRequestContextIAMAuthorizer

/** A request to the server API, in payload format 2.0. */
export type ServerEvent = APIGatewayProxyEventV2WithRequestContext<
  APIGatewayEventRequestContextV2WithAuthorizer<Authorizer>
>
