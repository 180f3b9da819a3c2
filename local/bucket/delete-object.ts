import type { BucketContext } from './bucket-context.ts'
import { respond, type Exchange } from './exchange.ts'
import { versionOf } from './target.ts'

/**
 * Permanently deletes the version that the request names. Without a version it hides the key behind a delete marker.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
 */
export function deleteObject({ store, now }: Pick<BucketContext, 'store' | 'now'>, exchange: Exchange): void {
  const { target, res } = exchange
  const named = versionOf(target)
  const isMarker = named === undefined || store.find(target.key, named)?.isDeleteMarker === true
  if (named !== undefined) store.delete(target.key, named)
  res.setHeader('x-amz-version-id', named ?? store.hide(target.key, now()))
  if (isMarker) res.setHeader('x-amz-delete-marker', 'true')
  respond(exchange, 204)
}
