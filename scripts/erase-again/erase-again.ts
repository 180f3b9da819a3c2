import { GetObjectCommand, ListObjectVersionsCommand, type ListObjectVersionsCommandInput } from '@aws-sdk/client-s3'
import type { Erasure } from '../../src/entities/erasure.ts'
import { bucket, ERASURES_PREFIX } from '../../src/files/bucket-settings.ts'
import { s3 } from '../../src/files/s3-client.ts'
import { eraseUser } from '../../src/rooms/erase-user.ts'

/** Recorded as who asked for the erasures. */
const BY = 'erase-again'

/**
 * Begins every erasure that the bucket lists once more, with the same replacement id as the first time. Otherwise one
 * user whose messages are kept under a replacement id would become two. AP144, AP145.
 *
 * @returns how many jobs are to be done
 */
export async function eraseAgain({ dryRun }: { dryRun: boolean }): Promise<{ jobs: number }> {
  const list: ListObjectVersionsCommandInput = { Bucket: bucket, Prefix: ERASURES_PREFIX }
  let jobs = 0
  for (let more = true; more;) {
    const page = await s3.send(new ListObjectVersionsCommand(list))
    for (const { Key } of (page.Versions ?? []).filter(({ IsLatest }) => IsLatest)) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))
      const erasure = JSON.parse(await Body!.transformToString()) as Erasure
      if (!dryRun) await eraseUser(erasure, BY, Date.now())
      jobs++
    }
    more = page.IsTruncated === true
    Object.assign(list, { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker })
  }
  return { jobs }
}
