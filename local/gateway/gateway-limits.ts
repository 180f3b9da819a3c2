/**
 * What API Gateway allows a WebSocket API; the defaults are its quotas.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export interface GatewayLimits {
  /** Largest inbound frame, in bytes of payload; a larger one closes the connection with 1009. */
  frameBytes: number
  /** Largest message in either direction, in bytes. */
  messageBytes: number
  /** A connection without a message in either direction is closed with 1001 after this long. Pings don't count. */
  idleMs: number
  /** Every connection is closed with 1001 after this long. */
  lifetimeMs: number
  /** How long a route, an authorizer or `$connect` may take. */
  integrationTimeoutMs: number
  /** Bytes waiting for a slow client, above which a post is answered 429. AWS doesn't publish its figure. */
  clientBufferBytes: number
}

export const AWS_LIMITS: Readonly<GatewayLimits> = {
  frameBytes: 32_768,
  messageBytes: 131_072,
  idleMs: 10 * 60_000,
  lifetimeMs: 2 * 60 * 60_000,
  integrationTimeoutMs: 29_000,
  clientBufferBytes: 1_048_576,
}
