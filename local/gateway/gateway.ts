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

/** `stage` is the path: `local` serves `/local` and `/local/@connections`. */
export interface GatewayOptions extends Api {
  stack: Pick<Stack, 'routes' | 'authorizer' | 'functions'>
  invoke: Invoke
  log: Log
  /** Default: AWS's own. */
  limits?: Partial<GatewayLimits> | undefined
}

export interface Gateway extends Closable {
  /** For the `upgrade` event of the caller's HTTP server; paths other than `/<stage>` are answered 403. */
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void
  /** `true` when the request was one to `/<stage>/@connections`, which is then answered here. */
  handleRequest(req: IncomingMessage, res: ServerResponse): boolean
  readonly faults: GatewayFaults
  /** Connections that can be posted to. */
  connectionIds(): string[]
  /**
   * Cuts a connection's TCP socket, as a lost network does: the client and `$disconnect` see 1006.
   *
   * @throws Error when there is no such connection.
   */
  terminate(connectionId: string): void
  /**
   * Refuses new upgrades with 503, closes every connection with 1012 (service restart) and resolves once no function
   * runs any more, `$disconnect` included. The HTTP server stays the caller's to close.
   */
  close(): Promise<void>
}

/**
 * The WebSocket side of API Gateway: what a client sends becomes the events that Lambda gets, and `@connections` posts
 * to clients. Proxy integrations, a REQUEST authorizer and the route selection expression `$request.body.action`.
 *
 * Not emulated:
 * - SigV4 on `@connections`: signatures aren't checked, since local secrets aren't secret.
 * - `@connections` knows ids it has made; any other is 410, also one that AWS would call invalid (400).
 * - Authorizer: identity sources (401 before the function runs), policy conditions, `NotAction`, `NotResource`, IAM and
 *   API keys. Stage variables are always empty.
 * - Integrations other than `AWS_PROXY`; request models and validation; binary replies (`isBase64Encoded` is ignored).
 * - Throttling and quotas by account: the 429 frame, 1008, 500 new connections a second. 1011 is never sent.
 * - `$disconnect` always comes, where AWS promises best effort; functions start in the order of their messages.
 * - A message to a client goes as one frame; AWS splits it into frames of 32 KB.
 * - TLS, custom domains, CloudWatch logs and metrics. `domainName` is the Host header, with the port.
 * - A function failing in `$connect` is 502, a timeout 504, an authorizer's failure 500, each with `{"message":"…"}`;
 *   AWS's wording of bodies and of close reasons other than for 1000 and 1005 isn't copied.
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
