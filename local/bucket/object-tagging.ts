import { respond, type Exchange } from './exchange.ts'
import { existing } from './get-object.ts'
import type { ObjectStore } from './object-store.ts'
import { tagsToXml } from './tags.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export function getObjectTagging(store: ObjectStore, exchange: Exchange): void {
  respond(exchange, 200, tagsToXml(existing(store, exchange).tags))
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
export function deleteObjectTagging(store: ObjectStore, exchange: Exchange): void {
  store.removeTags(existing(store, exchange))
  respond(exchange, 204)
}
