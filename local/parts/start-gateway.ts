import { ACCOUNT_ID, REGION } from '../account.ts'
import type { Invoke } from '../contracts.ts'
import { createGateway, type Gateway } from '../gateway/gateway.ts'
import { between, type LikeAws } from '../like-aws/like-aws.ts'
import { PerSecond } from '../like-aws/per-second.ts'
import type { PartContext } from './part-context.ts'

/** The first segment of the path of the WebSocket and of `@connections`. */
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

function refuseSome({ faults }: Gateway, likeAws: LikeAws): void {
  const { random, refused, postMs } = likeAws
  const connects = new PerSecond(likeAws.connectsPerSecond)
  const frames = new PerSecond(likeAws.framesPerSecond)
  faults.onUpgrade = () => (connects.isOver() || random() < refused ? 429 : undefined)
  faults.onFrame = (connectionId) => {
    if (frames.isOver(connectionId)) return 'flooding'
    return random() < refused ? 'throttled' : undefined
  }
  faults.onPost = () => ({ delayMs: between(postMs, random) })
}
