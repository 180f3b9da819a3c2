import { blocksOf, deleteBlock, putBlock } from '../entities/block.ts'
import { setDirectRoles } from '../entities/moderate.ts'
import { directRoomId } from './direct-room.ts'

/**
 * Keeps the two from writing to each other: a block is looked at when their direct room is made, and once it is there
 * both are stored as its guests, so that no send reads more than its membership. AP56, AP49.
 */
export async function block(userId: string, blockedId: string, now: number): Promise<void> {
  await putBlock(userId, blockedId, now)
  await keepApart(userId, blockedId)
}

/** Ends a block. They stay apart while the other has blocked too. AP57, AP58, AP49. */
export async function unblock(userId: string, blockedId: string): Promise<void> {
  await deleteBlock(userId, blockedId)
  const isBlocked = async () => (await blocksOf([blockedId], userId)).size > 0
  if (await isBlocked()) return
  await setDirectRoles(directRoomId(userId, blockedId), [userId, blockedId], 'member')
  // The other may have blocked in between, and both have become guests before they became members.
  if (await isBlocked()) await keepApart(userId, blockedId)
}

const keepApart = (a: string, b: string) => setDirectRoles(directRoomId(a, b), [a, b], 'guest')
