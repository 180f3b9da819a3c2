import { answer, type BucketContext, type Exchange } from './exchange.ts'
import { S3Error } from './s3-error.ts'
import { encodePath } from './target.ts'
import { S3_NAMESPACE, xml, XML_HEAD } from './xml.ts'

/** Keys a page. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const MAX_KEYS = 1000

export function listObjects(context: BucketContext, exchange: Exchange): void {
  const { query } = exchange.target
  if (query.has('delimiter')) throw new S3Error('NotImplemented', 'The parameter delimiter is not emulated.')
  const prefix = query.get('prefix') ?? ''
  const asked = query.get('max-keys') ?? String(MAX_KEYS)
  if (!/^\d{1,9}$/.test(asked))
    throw new S3Error('InvalidArgument', 'Provided max-keys not an integer or within integer range')
  const maxKeys = Math.min(Number(asked), MAX_KEYS)
  const token = query.get('continuation-token')
  const after = Buffer.from(token === null ? (query.get('start-after') ?? '') : keyOfToken(token))
  const rest = context.store.list(prefix).filter((object) => Buffer.compare(Buffer.from(object.key), after) > 0)
  const page = rest.slice(0, maxKeys)
  const last = page.at(-1)
  const truncated = last !== undefined && rest.length > page.length
  const encoded = query.get('encoding-type') === 'url'
  const shown = (key: string): string => (encoded ? encodePath(key) : key)
  const body = xml`<ListBucketResult xmlns="${S3_NAMESPACE}"><Name>${context.name}</Name><Prefix>${shown(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${maxKeys}</MaxKeys>${
    encoded ? [xml`<EncodingType>url</EncodingType>`] : []
  }<IsTruncated>${String(truncated)}</IsTruncated>${
    truncated ? [xml`<NextContinuationToken>${tokenOfKey(last.key)}</NextContinuationToken>`] : []
  }${page.map(
    (object) =>
      xml`<Contents><Key>${shown(object.key)}</Key><LastModified>${object.lastModified}</LastModified><ETag>"${object.etag}"</ETag><Size>${object.size}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  )}</ListBucketResult>`
  answer(exchange, 200, XML_HEAD + body.text)
}

function tokenOfKey(key: string): string {
  return Buffer.from(key).toString('base64url')
}

function keyOfToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString('utf8')
  if (token === '' || tokenOfKey(key) !== token) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect')
  }
  return key
}
