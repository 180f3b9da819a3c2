import { ACCOUNT_ID, REGION } from '../account.ts'
import type { Invoke } from '../contracts.ts'
import { createGateway, type Gateway } from '../gateway/gateway.ts'
import type { PartContext } from './part-context.ts'

/** The path of the WebSocket, and of `@connections` below it. */
export const STAGE = 'local'

export function startGateway({ options, stack, log, closers }: PartContext, invoke: Invoke): Gateway {
  const gateway = createGateway({
    apiId: 'local',
    stage: STAGE,
    region: REGION,
    accountId: ACCOUNT_ID,
    stack,
    invoke,
    log,
    limits: options.gatewayLimits,
  })
  closers.add(() => gateway.close())
  return gateway
}
