import { deleteConnection } from '../../entities/connection.ts'
import type { SocketEvent } from '../socket-event.ts'

/**
 * Deletes a connection that has closed. The stream function then ends its session. AP2.
 *
 * API Gateway calls `$disconnect` on a best-effort basis. A connection that it misses is deleted when the next post to
 * it fails with 410, or by TTL.
 */
export async function handler(event: SocketEvent): Promise<{ statusCode: 200 }> {
  await deleteConnection(event.requestContext.connectionId)
  return { statusCode: 200 }
}
