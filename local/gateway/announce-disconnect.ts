import type { Close } from './gateway-connection.ts'
import type { GatewayContext } from './gateway-context.ts'
import { disconnectEvent, type Session } from './events.ts'
import { newId } from './ids.ts'

/** Calls the function of `$disconnect`, once per connection whose `$connect` succeeded. Never rejects. */
export async function announceDisconnect(gateway: GatewayContext, session: Session, close: Close): Promise<void> {
  gateway.log.info('disconnected', { connectionId: session.connectionId, code: close.code })
  const route = gateway.stack.routes.$disconnect
  if (!route) return
  await gateway.integration.call(
    route.function,
    disconnectEvent(gateway.api, session, { requestId: newId(), ...close }),
  )
}
