import type { BucketContext } from './bucket-context.ts'
import { causeOf, respond, type Exchange } from './exchange.ts'
import { existing } from './get-object.ts'
import type { ObjectStore } from './object-store.ts'
import { tagsToXml } from './tags.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export function getObjectTagging(store: ObjectStore, exchange: Exchange): void {
  respond(exchange, 200, tagsToXml(existing(store, exchange).tags))
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
export function deleteObjectTagging(
  { store, notifier, now }: Pick<BucketContext, 'store' | 'notifier' | 'now'>,
  exchange: Exchange,
): void {
  const object = existing(store, exchange)
  store.removeTags(object)
  exchange.afterwards.push(notifier.record('ObjectTagging:Delete', object, causeOf(exchange, now())).send)
  respond(exchange, 204)
}
