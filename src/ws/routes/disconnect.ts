import { deleteConnection } from '../../entities/connection.ts'
import type { SocketEvent } from '../socket-event.ts'

/**
 * Forgets a connection that has closed; the stream then removes its subscriptions. AP2. Best effort on AWS: what is
 * missed here falls to the next post's 410 or to TTL.
 */
export async function handler(event: SocketEvent): Promise<{ statusCode: 200 }> {
  await deleteConnection(event.requestContext.connectionId)
  return { statusCode: 200 }
}
