import { blocksOf, deleteBlock, putBlock } from '../entities/block.ts'
import { erasedAmong, requireNotErased } from '../entities/erasure.ts'
import { setDirectRoles } from '../entities/moderate.ts'
import { directRoomId } from './direct-room.ts'

/**
 * Blocks a user, so that the two can't write to each other. Their direct room can't be made while there is a block. If
 * it exists, both are stored as its guests, so a send needs to read only its sender's membership. AP56, AP49, AP145.
 *
 * @throws Conflict when the other user was erased: they never write again, and no row may name them
 */
export async function block(userId: string, blockedId: string, now: number): Promise<void> {
  await requireNotErased(blockedId, 'block the user')
  await putBlock(userId, blockedId, now)
  await keepApart(userId, blockedId)
}

/** Ends a block. The two stay apart if the other user has blocked too, or was erased. AP57, AP58, AP49, AP145. */
export async function unblock(userId: string, blockedId: string): Promise<void> {
  await deleteBlock(userId, blockedId)
  const areApart = async () => {
    const [blocking, erased] = await Promise.all([blocksOf([blockedId], userId), erasedAmong([blockedId])])
    return blocking.size + erased.size > 0
  }
  if (await areApart()) return
  await setDirectRoles(directRoomId(userId, blockedId), [userId, blockedId], 'member')
  // The other user may have blocked, or been erased, in between, and this write may have undone that.
  if (await areApart()) await keepApart(userId, blockedId)
}

const keepApart = (a: string, b: string) => setDirectRoles(directRoomId(a, b), [a, b], 'guest')
