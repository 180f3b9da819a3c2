import type { BucketContext } from './bucket-context.ts'
import { causeOf, type Exchange } from './exchange.ts'
import type { CreatedBy } from './object-created-event.ts'
import { newVersionId, type Incoming, type StoredObject } from './object-store.ts'
import { checkWrite } from './preconditions.ts'

export type StoringContext = Pick<BucketContext, 'store' | 'notifier' | 'now' | 'log'>

/**
 * Makes a new version of checked bytes. Its events are written to disk before the object is visible, and sent after the
 * response. Deletes the bytes if a precondition fails.
 */
export async function storeObject(
  context: StoringContext,
  exchange: Exchange,
  by: CreatedBy,
  incoming: Incoming,
  described: Pick<StoredObject, 'key' | 'headers' | 'metadata' | 'tags'> & { etag?: string },
): Promise<StoredObject> {
  const at = context.now()
  const object: StoredObject = {
    ...described,
    versionId: newVersionId(),
    etag: described.etag ?? incoming.md5.toString('hex'),
    size: incoming.size,
    checksums: incoming.checksums,
    lastModified: at.toISOString(),
  }
  try {
    checkWrite(exchange.headers, context.store.get(object.key))
    const recorded = context.notifier.record(`ObjectCreated:${by}`, object, causeOf(exchange, at))
    try {
      context.store.put(object, incoming)
    } catch (error) {
      recorded.forget()
      throw error
    }
    exchange.afterwards.push(recorded.send)
  } catch (error) {
    await context.store.discard(incoming)
    throw error
  }
  exchange.res.setHeader('etag', `"${object.etag}"`)
  exchange.res.setHeader('x-amz-version-id', object.versionId)
  for (const [algorithm, value] of Object.entries(object.checksums)) {
    exchange.res.setHeader(`x-amz-checksum-${algorithm}`, value)
  }
  context.log.info('object stored', { key: object.key, size: object.size, by })
  return object
}
