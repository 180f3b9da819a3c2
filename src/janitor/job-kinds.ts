import type { JobKind } from '../entities/job.ts'
import { purgeRoom } from './purge-room.ts'
import type { DoStep } from './step.ts'

/** How each kind of job is done. Another kind is a name in `src/entities/job.ts`, a file here, and its row. */
export const stepOf: { readonly [K in JobKind]: DoStep } = { purgeRoom }
