import { blocksOf, deleteBlock, putBlock } from '../entities/block.ts'
import { erasedAmong, requireNotErased } from '../entities/erasure.ts'
import { setDirectRoles } from '../entities/moderate.ts'
import { directRoomId } from './direct-room.ts'

/**
 * Keeps the two from writing to each other: a block is looked at when their direct room is made, and once it is there
 * both are stored as its guests, so that no send reads more than its membership. AP56, AP49, AP145.
 *
 * @throws Conflict when the other was erased: they never write again, and no row is to name them
 */
export async function block(userId: string, blockedId: string, now: number): Promise<void> {
  await requireNotErased(blockedId, 'block the user')
  await putBlock(userId, blockedId, now)
  await keepApart(userId, blockedId)
}

/** Ends a block. They stay apart while the other has blocked too, or was erased. AP57, AP58, AP49, AP145. */
export async function unblock(userId: string, blockedId: string): Promise<void> {
  await deleteBlock(userId, blockedId)
  const areApart = async () => {
    const [blocking, erased] = await Promise.all([blocksOf([blockedId], userId), erasedAmong([blockedId])])
    return blocking.size + erased.size > 0
  }
  if (await areApart()) return
  await setDirectRoles(directRoomId(userId, blockedId), [userId, blockedId], 'member')
  // The other may have blocked, or been erased, in between, and both have become guests before they became members.
  if (await areApart()) await keepApart(userId, blockedId)
}

const keepApart = (a: string, b: string) => setDirectRoles(directRoomId(a, b), [a, b], 'guest')
