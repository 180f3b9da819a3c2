import { CLOSE, type GatewayConnection } from './gateway-connection.ts'
import type { GatewayContext } from './gateway-context.ts'
import { messageEvent } from './events.ts'
import { newId } from './ids.ts'
import { parseProxyResult } from './integration.ts'
import { selectRoute } from './route-selection.ts'

/**
 * Runs the route that a message selects. If the route has a reply, sends what the function returned. On a failure the
 * client receives API Gateway's own frame, `{"message":"…","connectionId":"…","requestId":"…"}`, and stays connected.
 */
export async function answerMessage(
  gateway: GatewayContext,
  connection: GatewayConnection,
  body: string,
): Promise<void> {
  const { connectionId } = connection.session
  const requestId = newId()
  const fail = (message: string) => connection.send(JSON.stringify({ message, connectionId, requestId }))

  const fault = gateway.faults.onFrame?.(connectionId)
  if (fault === 'throttled') return fail('Too Many Requests')
  if (fault === 'flooding') return connection.close(CLOSE.policyViolation)
  const routeKey = selectRoute(body, gateway.stack.routes)
  const route = routeKey === undefined ? undefined : gateway.stack.routes[routeKey]
  if (routeKey === undefined || !route) return fail('Forbidden')

  const event = messageEvent(gateway.api, connection.session, { requestId, messageId: newId(), routeKey, body })
  const outcome = await gateway.integration.call(route.function, event)
  if (outcome.kind === 'timedOut') return fail('Endpoint request timed out')
  if (outcome.kind === 'threw') return fail('Internal server error')

  const result = parseProxyResult(outcome.value)
  if (!result) {
    gateway.log.error('unable to reply; the function returned no proxy result', { routeKey, connectionId, requestId })
    return fail('Internal server error')
  }
  if (!route.reply || !result.body) return
  const bytes = Buffer.byteLength(result.body)
  if (bytes > gateway.limits.messageBytes) {
    gateway.log.error('unable to reply; the body is too large', { routeKey, connectionId, requestId, bytes })
    return fail('Internal server error')
  }
  connection.send(result.body)
}
