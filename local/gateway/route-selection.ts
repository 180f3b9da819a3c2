/**
 * Returns the route key that `$request.body.action` selects for a message: the route that the body's `action` names, or
 * else `$default`. Returns undefined if there is neither; the client then receives `Forbidden`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
 */
export function selectRoute(body: string, routes: object): string | undefined {
  const action = actionOf(body)
  if (action !== undefined && !action.startsWith('$') && Object.hasOwn(routes, action)) return action
  return Object.hasOwn(routes, '$default') ? '$default' : undefined
}

function actionOf(body: string): string | undefined {
  let message: unknown
  try {
    message = JSON.parse(body)
  } catch {
    // A body that isn't JSON is not an error here: it has no action.
    return undefined
  }
  if (typeof message !== 'object' || message === null || !Object.hasOwn(message, 'action')) return undefined
  const { action } = message as { action: unknown }
  return ['string', 'number', 'boolean'].includes(typeof action) ? String(action) : undefined
}
