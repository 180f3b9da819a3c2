import { createReadStream } from 'node:fs'
import type { BucketContext } from './bucket-context.ts'
import { Digester } from './digests.ts'
import { respond, type VerifiedExchange } from './exchange.ts'
import { existing } from './get-object.ts'
import { objectHeaders } from './object-headers.ts'
import { decodedHeaders } from './put-object.ts'
import { S3Error } from './s3-error.ts'
import { storeObject, type StoringContext } from './store-object.ts'
import { tagsFromHeader } from './tags.ts'
import { checkKey, parseTarget, type Target } from './target.ts'
import { S3_NAMESPACE, xml, XML_HEAD } from './xml.ts'

/** Headers that S3 accepts as a change when an object is copied onto itself. Here they change nothing. */
const CHANGES = /^x-amz-(storage-class|website-redirect-location|server-side-encryption)/

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export async function copyObject(
  context: StoringContext & Pick<BucketContext, 'name'>,
  exchange: VerifiedExchange,
): Promise<void> {
  const { headers, target, res } = exchange
  checkKey(target.key)
  const source = sourceOf(context, headers['x-amz-copy-source'] ?? '')
  const replacesMetadata = headers['x-amz-metadata-directive'] === 'REPLACE'
  const changes = replacesMetadata || Object.keys(headers).some((name) => CHANGES.test(name))
  if (source.key === target.key && !source.query.has('versionId') && !changes) {
    throw new S3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's " +
        'metadata, storage class, website redirect location or encryption attributes.',
    )
  }
  const from = existing(context.store, { target: source, res })
  const bytes = createReadStream('', { fd: context.store.open(from) }) as AsyncIterable<Buffer>
  const incoming = await context.store.receive(bytes, new Digester({ checksums: {}, trailing: [] }))
  const object = await storeObject(context, exchange, 'Copy', incoming, {
    key: target.key,
    ...(replacesMetadata ? objectHeaders(decodedHeaders(headers)) : { headers: from.headers, metadata: from.metadata }),
    tags: headers['x-amz-tagging-directive'] === 'REPLACE' ? tagsFromHeader(headers['x-amz-tagging'] ?? '') : from.tags,
  })
  res.setHeader('x-amz-copy-source-version-id', from.versionId)
  const fields = xml`<LastModified>${object.lastModified}</LastModified><ETag>"${object.etag}"</ETag>`
  respond(exchange, 200, XML_HEAD + xml`<CopyObjectResult xmlns="${S3_NAMESPACE}">${fields}</CopyObjectResult>`.text)
}

/** Parses `<bucket>/<key>`, URL-encoded, with or without a leading slash, and with or without `?versionId=`. */
function sourceOf({ name }: Pick<BucketContext, 'name'>, header: string): Target {
  const source = parseTarget(header.startsWith('/') ? header : `/${header}`)
  if (source.bucket !== name) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist')
  return source
}
