import type { BucketContext } from './bucket-context.ts'
import { respond, type VerifiedExchange } from './exchange.ts'
import { objectHeaders } from './object-headers.ts'
import { checkWrite } from './preconditions.ts'
import { checkLength, decodedHeaders } from './put-object.ts'
import { readDocument, receiveBody } from './request-body.ts'
import { S3Error } from './s3-error.ts'
import { storeObject, type StoringContext } from './store-object.ts'
import { tagsFromHeader } from './tags.ts'
import { checkKey } from './target.ts'
import { S3_NAMESPACE, unescapeXml, xml, XML_HEAD } from './xml.ts'

const MAX_PART_NUMBER = 10_000

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export function createMultipartUpload(
  context: Pick<BucketContext, 'name' | 'uploads' | 'now'>,
  exchange: VerifiedExchange,
): void {
  const { headers, target } = exchange
  checkKey(target.key)
  const tags = tagsFromHeader(headers['x-amz-tagging'] ?? '')
  const described = { key: target.key, ...objectHeaders(decodedHeaders(headers)), tags }
  const id = context.uploads.create(described, context.now())
  const fields = xml`<Bucket>${context.name}</Bucket><Key>${target.key}</Key><UploadId>${id}</UploadId>`
  const result = xml`<InitiateMultipartUploadResult xmlns="${S3_NAMESPACE}">${fields}</InitiateMultipartUploadResult>`
  respond(exchange, 200, XML_HEAD + result.text)
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export async function uploadPart(
  context: Pick<BucketContext, 'store' | 'uploads'>,
  exchange: VerifiedExchange,
  id: string,
): Promise<void> {
  const { key, query } = exchange.target
  const number = Number(query.get('partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
    throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
  }
  checkLength(exchange.headers)
  context.uploads.get(id, key)
  const part = await receiveBody(context.store, exchange)
  await context.uploads.putPart(id, key, number, part)
  exchange.res.setHeader('etag', `"${part.md5.toString('hex')}"`)
  for (const [algorithm, value] of Object.entries(part.checksums)) {
    exchange.res.setHeader(`x-amz-checksum-${algorithm}`, value)
  }
  respond(exchange, 200)
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export async function completeMultipartUpload(
  context: StoringContext & Pick<BucketContext, 'name' | 'uploads'>,
  exchange: VerifiedExchange,
  id: string,
): Promise<void> {
  const { key } = exchange.target
  context.uploads.get(id, key)
  const listed = listedParts(await readDocument(exchange))
  checkWrite(exchange.headers, context.store.get(key))
  const { incoming, etag, described } = await context.uploads.join(id, key, listed)
  await storeObject(context, exchange, 'CompleteMultipartUpload', incoming, { ...described, etag })
  await context.uploads.remove(id)
  const fields = xml`<Bucket>${context.name}</Bucket><Key>${key}</Key><ETag>"${etag}"</ETag>`
  const result = xml`<CompleteMultipartUploadResult xmlns="${S3_NAMESPACE}">${fields}</CompleteMultipartUploadResult>`
  respond(exchange, 200, XML_HEAD + result.text)
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export async function abortMultipartUpload(
  { uploads }: Pick<BucketContext, 'uploads'>,
  exchange: VerifiedExchange,
  id: string,
): Promise<void> {
  uploads.get(id, exchange.target.key)
  await uploads.remove(id)
  respond(exchange, 204)
}

function listedParts(document: string): { number: number; etag: string }[] {
  const parts = [...document.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => {
    const number = /<PartNumber>\s*(\d{1,5})\s*<\/PartNumber>/.exec(part)?.[1]
    const etag = /<ETag>\s*([^<]*?)\s*<\/ETag>/.exec(part)?.[1]
    return { number: Number(number), etag: unescapeXml(etag ?? '').replace(/^"(.*)"$/, '$1') }
  })
  if (parts.length === 0 || parts.some(({ number, etag }) => Number.isNaN(number) || etag === '')) {
    throw new S3Error(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    )
  }
  return parts
}
