import { answer, type BucketContext, type VerifiedExchange } from './exchange.ts'
import { existing } from './get-object.ts'
import { readDocument } from './request-body.ts'
import { tagsFromXml, tagsToXml } from './tags.ts'

/** Get-, Put- and DeleteObjectTagging. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
export async function objectTagging(context: BucketContext, exchange: VerifiedExchange): Promise<void> {
  const { key } = exchange.target
  existing(context, key)
  switch (exchange.method) {
    case 'PUT': {
      const tags = tagsFromXml(await readDocument(context, exchange))
      // Again: the object may have gone while its tags were read.
      existing(context, key)
      context.store.setTags(key, tags)
      answer(exchange, 200)
      return
    }
    case 'DELETE':
      context.store.setTags(key, {})
      answer(exchange, 204)
      return
    default:
      answer(exchange, 200, tagsToXml(existing(context, key).tags))
  }
}
