import { ACCOUNT_ID, REGION } from '../account.ts'
import type { Invoke } from '../contracts.ts'
import { createGateway, type Gateway } from '../gateway/gateway.ts'
import { between, type LikeAws } from '../like-aws/like-aws.ts'
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
  if (options.likeAws !== undefined) refuseSome(gateway, options.likeAws)
  return gateway
}

function refuseSome({ faults }: Gateway, { random, refused, postMs }: LikeAws): void {
  faults.onUpgrade = () => (random() < refused ? 429 : undefined)
  faults.onFrame = () => random() < refused
  faults.onPost = () => ({ delayMs: between(postMs, random) })
}
