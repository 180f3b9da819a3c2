import { requestClose } from '../entities/connection.ts'
import { connectionsOfUser } from '../entities/user-connection.ts'

const AT_ONCE = 32

/** Requests the end of each of a user's connections. Returns how many there are. AP79, AP81. */
export async function closeConnections(userId: string, reason: string | undefined, now: number): Promise<number> {
  const connectionIds = await connectionsOfUser(userId, now)
  let count = 0
  for (let i = 0; i < connectionIds.length; i += AT_ONCE) {
    const asked = connectionIds.slice(i, i + AT_ONCE).map((connectionId) => requestClose(connectionId, reason, now))
    count += (await Promise.all(asked)).filter(Boolean).length
  }
  return count
}
