import { pagesOf, type Scope } from '../archive/pages.ts'
import type { JobRow } from '../entities/job.ts'
import { exportKeyOf } from '../files/exports.ts'
import { beginObject, endObject, type Growing, growObject } from '../files/grow-object.ts'
import { collectPages, textOf } from './collect-pages.ts'
import type { Step } from './step.ts'

interface Place {
  growing: Growing
  /** The cursor of the archive; undefined at its beginning. */
  from?: string
}

/**
 * Writes an archive of a room or a user into the bucket, some pages at a time. The archive is one object, which becomes
 * visible when it is complete. The job's cursor holds the progress of both the archive and the object.
 */
export async function exportArchive(
  { jobId, args, cursor }: Pick<JobRow, 'jobId' | 'args' | 'cursor'>,
  now: number,
): Promise<Step> {
  const scope = JSON.parse(args) as Exclude<Scope, { all: true }>
  const key = exportKeyOf(jobId)
  const place = cursor === undefined ? undefined : (JSON.parse(cursor) as Place)
  if (place === undefined) {
    const of = 'userId' in scope ? `user ${scope.userId}` : `room ${scope.chatRoomId}`
    const growing = await growObject(key, await beginObject(key), textOf({ type: 'archive', version: 1, of }))
    return { cursor: JSON.stringify({ growing } satisfies Place), done: 0 }
  }
  const { text, read, from } = await collectPages(pagesOf(scope, place.from, now))
  if (from === undefined) {
    await endObject(key, place.growing, text)
    return { done: read }
  }
  const growing = await growObject(key, place.growing, text)
  return { cursor: JSON.stringify({ growing, from } satisfies Place), done: read }
}
