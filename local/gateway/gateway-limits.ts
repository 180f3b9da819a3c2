/**
 * The quotas of API Gateway for a WebSocket API.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export interface GatewayLimits {
  /** Largest inbound frame, in bytes of payload. A larger one closes the connection with 1009. */
  frameBytes: number
  /** Largest message in either direction, in bytes. */
  messageBytes: number
  /**
   * Milliseconds without a message in either direction after which a connection is closed with 1001. Pings don't count.
   */
  idleMs: number
  /** Milliseconds after which every connection is closed with 1001. */
  lifetimeMs: number
  /** Milliseconds that a route, an authorizer or `$connect` may take. */
  integrationTimeoutMs: number
  /** Bytes that wait for a slow client. If there are more, a post gets 429. AWS doesn't publish its figure. */
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
