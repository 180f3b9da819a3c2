import type { BucketContext } from './bucket-context.ts'
import type { Version } from './object-store.ts'

/**
 * A lifecycle rule, applied by `sweep`. AWS counts days. Here times are in milliseconds, so that a test can be short.
 */
export interface LifecycleRule {
  /** Prefix of the key, e.g. `rooms/`. */
  prefix: string
  /** If set, only versions with this tag are affected. */
  tag?: { key: string; value: string }
  /** Age at which objects are hidden behind a delete marker. */
  expireAfterMs?: number
  /** Milliseconds after which a version is deleted that is no longer its key's newest one. */
  deleteNoncurrentAfterMs?: number
  /** Deletes delete markers that hide nothing. */
  deleteExpiredMarkers?: boolean
  /** Age at which unfinished multipart uploads are deleted. */
  abortMultipartAfterMs?: number
}

export interface Swept {
  /** Keys of the hidden objects. */
  expired: string[]
  /** How many versions and delete markers were permanently deleted. */
  deletedVersions: number
  abortedUploads: number
}

/** Applies the rules once, as S3 does about once a day. */
export async function sweep(
  context: Pick<BucketContext, 'store' | 'uploads' | 'now' | 'log'>,
  rules: readonly LifecycleRule[],
): Promise<Swept> {
  const { store } = context
  const now = context.now()
  const swept: Swept = { expired: [], deletedVersions: 0, abortedUploads: 0 }
  const isOver = (since: string, ms: number): boolean => Date.parse(since) + ms <= now.getTime()
  const drop = ({ key, versionId }: Version): void => {
    store.delete(key, versionId)
    swept.deletedVersions++
  }
  for (const rule of rules) {
    const { prefix, expireAfterMs = Infinity, deleteNoncurrentAfterMs = Infinity } = rule
    for (const [newest, ...older] of store.list(prefix)) {
      if (!newest) continue
      for (const [i, version] of older.entries()) {
        // The time counts from when the version was replaced.
        const { lastModified } = older[i - 1] ?? newest
        if (carriesTag(rule, version) && isOver(lastModified, deleteNoncurrentAfterMs)) drop(version)
      }
      if (newest.isDeleteMarker) {
        if (rule.deleteExpiredMarkers && older.length === 0) drop(newest)
      } else if (carriesTag(rule, newest) && isOver(newest.lastModified, expireAfterMs)) {
        store.hide(newest.key, now)
        swept.expired.push(newest.key)
      }
    }
    if (rule.abortMultipartAfterMs !== undefined) {
      const cutoff = new Date(now.getTime() - rule.abortMultipartAfterMs)
      swept.abortedUploads += await context.uploads.removeOlder(prefix, cutoff)
    }
  }
  const { expired, ...numbers } = swept
  if (expired.length + numbers.deletedVersions + numbers.abortedUploads > 0) {
    context.log.info('lifecycle', { expired: expired.length, ...numbers })
  }
  return swept
}

const carriesTag = ({ tag }: LifecycleRule, version: Version): boolean =>
  tag === undefined || (!version.isDeleteMarker && version.tags[tag.key] === tag.value)
