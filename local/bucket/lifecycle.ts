import type { BucketContext } from './bucket-context.ts'

/** A lifecycle rule, applied by `sweep`. AWS counts days; here it is milliseconds, so that a test can be short. */
export interface LifecycleRule {
  /** Prefix of the key, e.g. `rooms/`. */
  prefix: string
  /** Only objects that carry this tag. */
  tag?: { key: string; value: string }
  /** Age at which objects are deleted. */
  expireAfterMs?: number
  /** Age at which unfinished multipart uploads are deleted. */
  abortMultipartAfterMs?: number
}

export interface Swept {
  /** Keys of the deleted objects. */
  expired: string[]
  abortedUploads: number
}

/** Applies the rules once, as S3 does about once a day. */
export async function sweep(
  context: Pick<BucketContext, 'store' | 'uploads' | 'now' | 'log'>,
  rules: readonly LifecycleRule[],
): Promise<Swept> {
  const now = context.now().getTime()
  const swept: Swept = { expired: [], abortedUploads: 0 }
  for (const { prefix, tag, expireAfterMs, abortMultipartAfterMs } of rules) {
    for (const object of expireAfterMs === undefined ? [] : context.store.list(prefix)) {
      const tagged = tag === undefined || object.tags[tag.key] === tag.value
      if (!tagged || Date.parse(object.lastModified) + (expireAfterMs ?? 0) > now) continue
      context.store.delete(object.key)
      swept.expired.push(object.key)
    }
    if (abortMultipartAfterMs !== undefined) {
      swept.abortedUploads += await context.uploads.removeOlder(prefix, new Date(now - abortMultipartAfterMs))
    }
  }
  if (swept.expired.length + swept.abortedUploads > 0) {
    context.log.info('lifecycle', { expired: swept.expired.length, abortedUploads: swept.abortedUploads })
  }
  return swept
}
