import type { JobRow } from '../entities/job.ts'
import { buryRoom, deletePart, type RoomPart } from '../entities/purge-room.ts'
import type { Step } from './step.ts'
import { deleteFiles } from './room-files.ts'

/** Deletes a page, and returns the number of items in it; 0 if nothing is left. */
type Stage = (chatRoomId: string) => Promise<number>

const deleteAll =
  (part: RoomPart): Stage =>
  (chatRoomId) =>
    deletePart(chatRoomId, part)

const bury: Stage = async (chatRoomId) => {
  await buryRoom(chatRoomId)
  return 0
}

const round = [
  bury,
  deleteAll('members'),
  deleteAll('messages'),
  deleteFiles,
  deleteAll('bans'),
  deleteAll('audit'),
  deleteAll('typing'),
  deleteAll('present'),
  deleteAll('changes'),
  deleteAll('details'),
  deleteAll('size'),
]

/**
 * The first round deletes everything but the subscriptions, by which the members still receive that the room was
 * deleted, and the invites, which still tell that the room is gone. The second round also deletes what requests that
 * had begun before the deletion wrote afterwards. Invites and subscriptions are deleted last.
 */
const stages = [...round, ...round, deleteAll('invites'), deleteAll('subscriptions')]

/** Milliseconds from the deletion of a room to the second round. No request and no fan-out takes that long. */
export const SETTLED_MS = 60_000

/**
 * Deletes what a deleted room has in the table and in the bucket, page by page. The room's row stays, so that its id
 * cannot be taken again. The cursor is the number of the stage. AP75, AP76.
 */
export async function purgeRoom(
  { args, cursor = '0', createdAt }: Pick<JobRow, 'args' | 'cursor' | 'createdAt'>,
  now: number,
): Promise<Step> {
  const { chatRoomId } = JSON.parse(args) as { chatRoomId: string }
  const stage = Number(cursor)
  const notBefore = createdAt + SETTLED_MS
  if (stage === round.length && now < notBefore) return { cursor, done: 0, notBefore }
  const done = await stages[stage]!(chatRoomId)
  const next = done > 0 ? stage : stage + 1
  return next === stages.length ? { done } : { cursor: String(next), done }
}
