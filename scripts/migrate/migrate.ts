import { forEachLimited } from '../../src/delivery/for-each-limited.ts'
import { persistently } from '../shared/persistently.ts'
import { findFaults } from './find-faults.ts'
import { mend, type Mended } from './mend.ts'
import { type Page, scanPage, type Segment } from './scan-page.ts'

export interface Options {
  /** Parts of the table that are scanned at the same time. */
  segments: number
  /** Only counts what would be written. */
  dryRun: boolean
}

/** The numbers so far. `mirrors`, `sessions` and `stale` count rows that were written or deleted, or would be. */
export interface Progress extends Mended {
  read: number
  memberships: number
}

/**
 * Gives the memberships and live connections of version 0.1.0 what they lack: the mirror in the user's partition, and
 * the session. Deletes mirrors that 0.1.0 left behind. The rows of 0.1.0 stay as they are; their index attributes do no
 * harm.
 *
 * @param onProgress called after each page, always with the same object
 * @throws the error of a page's last try; run it again, because it repeats nothing that is done
 */
export async function migrate(
  { segments, dryRun }: Options,
  onProgress: (progress: Progress) => void = () => {},
): Promise<Progress> {
  const progress: Progress = { read: 0, memberships: 0, mirrors: 0, sessions: 0, stale: 0 }
  const migratePage = async (segment: Segment, from: Page['next']): Promise<Page['next']> => {
    const page = await scanPage(segment, from, Date.now())
    const faults = await findFaults(page)
    const { unmirrored, sessionless, stale } = faults
    const mended = dryRun
      ? { mirrors: unmirrored.length, sessions: sessionless.length, stale: stale.length }
      : await mend(faults)
    progress.read += page.read
    progress.memberships += page.memberships.length
    for (const kind of ['mirrors', 'sessions', 'stale'] as const) progress[kind] += mended[kind]
    onProgress(progress)
    return page.next
  }
  const migrateSegment = async (segment: Segment): Promise<void> => {
    let from: Page['next']
    do from = await persistently(() => migratePage(segment, from))
    while (from !== undefined)
  }
  const all = Array.from({ length: segments }, (_, index) => ({ index, of: segments }))
  await forEachLimited(all, segments, migrateSegment)
  return progress
}
