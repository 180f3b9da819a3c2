import { deleteBlock, putBlock } from '../entities/block.ts'
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
  await setDirectRoles(directRoomId(userId, blockedId), [userId, blockedId], 'guest')
}

/** Ends a block. The two stay apart if the other user has blocked too, or was erased. AP57, AP49, AP145. */
export async function unblock(userId: string, blockedId: string): Promise<void> {
  await deleteBlock(userId, blockedId)
  if ((await erasedAmong([blockedId])).has(blockedId)) return
  await setDirectRoles(directRoomId(userId, blockedId), [userId, blockedId], 'member')
}
