import type { Log } from '../contracts.ts'
import type { Stack } from '../../terraform/stack.ts'
import type { GatewayConnection } from './gateway-connection.ts'
import type { Api } from './events.ts'
import type { GatewayFaults } from './faults.ts'
import type { Integration } from './integration.ts'
import type { GatewayLimits } from './gateway-limits.ts'
import type { Running } from '../running.ts'

/** What the parts of the gateway share. */
export interface GatewayContext {
  api: Api
  stack: Pick<Stack, 'routes' | 'authorizer'>
  integration: Integration
  /** Only connections whose `$connect` succeeded. */
  connections: Map<string, GatewayConnection>
  faults: GatewayFaults
  limits: GatewayLimits
  running: Running
  /** Aborted when the gateway closes. */
  closing: AbortSignal
  log: Log
}
