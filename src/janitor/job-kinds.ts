import type { JobKind } from '../entities/job.ts'
import { countMembers } from './count-members.ts'
import { eraseUser } from './erase-user.ts'
import { deleteMessages } from './delete-messages.ts'
import { exportArchive } from './export-archive.ts'
import { purgeRoom } from './purge-room.ts'
import { recountReactions } from './recount-reactions.ts'
import type { DoStep } from './step.ts'
import { truncateRoom } from './truncate-room.ts'

/**
 * The step function of each kind of job. A new kind needs a name in `src/entities/job.ts`, a file here, and its row.
 */
export const stepOf: { readonly [K in JobKind]: DoStep } = {
  purgeRoom,
  deleteMessages,
  recountReactions,
  countMembers,
  truncateRoom,
  exportRoom: exportArchive,
  exportUser: exportArchive,
  eraseUser,
}
