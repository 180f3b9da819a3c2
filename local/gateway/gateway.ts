import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Closable, Invoke, Log } from '../contracts.ts'
import type { Stack } from '../../terraform/stack.ts'
import { CLOSE } from './gateway-connection.ts'
import { handleConnectionsRequest } from './connections-api.ts'
import type { GatewayContext } from './gateway-context.ts'
import type { Api } from './events.ts'
import { GatewayFaults } from './faults.ts'
import { Integration } from './integration.ts'
import { AWS_LIMITS, type GatewayLimits } from './gateway-limits.ts'
import { Running } from '../running.ts'
import { createUpgrade } from './upgrade.ts'

/** `stage` is the first segment of the path: `local` serves `/local` and `/local/@connections`. */
export interface GatewayOptions extends Api {
  stack: Pick<Stack, 'routes' | 'authorizer' | 'functions'>
  invoke: Invoke
  log: Log
  /** Default: the quotas of AWS. */
  limits?: Partial<GatewayLimits> | undefined
}

export interface Gateway extends Closable {
  /** For the `upgrade` event of the caller's HTTP server. Refuses any path other than `/<stage>` with 403. */
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Handles requests to `/<stage>/@connections`. Returns false for any other path. */
  handleRequest(req: IncomingMessage, res: ServerResponse): boolean
  readonly faults: GatewayFaults
  /** Returns the ids of the connections that can be posted to. */
  connectionIds(): string[]
  /**
   * Cuts a connection's TCP socket, like a lost network: the client and `$disconnect` see 1006.
   *
   * @throws Error if there is no such connection
   */
  terminate(connectionId: string): void
  /**
   * Refuses new upgrades with 503, closes every connection with 1012 (service restart) and resolves once no function
   * runs any more, `$disconnect` included. The caller closes the HTTP server.
   */
  close(): Promise<void>
}

/**
 * Creates the WebSocket side of API Gateway: it invokes functions with what clients send, and `@connections` posts to
 * clients. It emulates proxy integrations, a REQUEST authorizer and the route selection expression
 * `$request.body.action`.
 *
 * Not emulated:
 * - SigV4 on `@connections`: signatures aren't checked, because local keys aren't secret.
 * - Invalid ids: `@connections` responds 410 to any id that it doesn't know, even one that AWS would call invalid
 *   (400).
 * - Authorizer: identity sources (401 before the function runs), policy conditions, `NotAction`, `NotResource`, IAM and
 *   API keys. Stage variables are always empty.
 * - Integrations other than `AWS_PROXY`; request models and validation; binary replies (`isBase64Encoded` is ignored).
 * - Throttling and quotas of the account. As faults, which `--like-aws` switches on, there are the 429 frame, 1008, and
 *   a limit of new connections per second. 1011 is never sent.
 * - `$disconnect` always runs, where AWS promises best effort. Functions start in the order of their messages.
 * - A message to a client is one frame; AWS splits it into frames of 32 KB.
 * - TLS, custom domains, CloudWatch logs and metrics. `domainName` is the Host header, with the port.
 * - Failures of an upgrade: a function that fails in `$connect` is 502, a timeout 504, a failing authorizer 500, each
 *   with `{"message":"…"}`. The texts of bodies, and of close reasons other than 1000 and 1005, differ from those of
 *   AWS.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { apiId, stage, region, accountId, stack, log } = options
  assertFunctionsExist(stack)
  const limits = { ...AWS_LIMITS, ...options.limits }
  const running = new Running((error) => log.error('unable to finish a piece of work; this is a bug', { error }))
  const closing = new AbortController()
  const context: GatewayContext = {
    api: { apiId, stage, region, accountId },
    stack,
    integration: new Integration(options.invoke, limits.integrationTimeoutMs, running, log),
    connections: new Map(),
    faults: new GatewayFaults(),
    limits,
    running,
    closing: closing.signal,
    log,
  }
  const upgrade = createUpgrade(context)

  return {
    faults: context.faults,
    handleUpgrade: (req, socket, head) => running.track(upgrade(req, socket, head)),
    handleRequest: (req, res) => handleConnectionsRequest(context, req, res),
    connectionIds: () => [...context.connections.values()].filter((c) => c.isOpen).map((c) => c.session.connectionId),
    terminate(connectionId) {
      const connection = context.connections.get(connectionId)
      if (!connection) throw new Error(`unable to terminate; there is no connection ${connectionId}`)
      connection.terminate()
    },
    async close() {
      closing.abort()
      for (const connection of context.connections.values()) connection.close(CLOSE.serviceRestart)
      await running.ended()
    },
  }
}

function assertFunctionsExist({ routes, authorizer, functions }: GatewayOptions['stack']): void {
  const names = [...Object.values(routes).map((route) => route.function), authorizer]
  const missing = names.find((name) => !Object.hasOwn(functions, name))
  if (missing !== undefined) throw new Error(`unable to start the gateway; the stack has no function ${missing}`)
}
