import { requestClose } from '../entities/connection.ts'
import { connectionsOfUser } from '../entities/user-connection.ts'

const AT_ONCE = 32

/** Asks for the end of each connection of a user. Returns how many there are. AP79, AP81. */
export async function closeConnections(userId: string, reason: string | undefined, now: number): Promise<number> {
  const connectionIds = await connectionsOfUser(userId, now)
  let count = 0
  for (let i = 0; i < connectionIds.length; i += AT_ONCE) {
    const asked = connectionIds.slice(i, i + AT_ONCE).map((connectionId) => requestClose(connectionId, reason, now))
    count += (await Promise.all(asked)).filter(Boolean).length
  }
  return count
}
