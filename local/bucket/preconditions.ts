import type { StoredObject } from './object-store.ts'
import { S3Error } from './s3-error.ts'

type Headers = Record<string, string>

/** Checks the conditions of a write. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function checkWrite(headers: Headers, current: StoredObject | undefined): void {
  const ifNoneMatch = headers['if-none-match']
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented')
  }
  if (ifNoneMatch === '*' && current) throw preconditionFailed()
  const ifMatch = headers['if-match']
  if (ifMatch === undefined) return
  if (!current) throw new S3Error('NoSuchKey', 'The specified key does not exist.')
  if (!matches(ifMatch, current)) throw preconditionFailed()
}

/** Checks the conditions of a read: 412 or 304. The ETag has precedence over the date, as in RFC 9110. */
export function checkRead(headers: Headers, object: StoredObject): void {
  const modified = Math.floor(Date.parse(object.lastModified) / 1000) * 1000
  const ifMatch = headers['if-match']
  const unmodifiedSince = Date.parse(headers['if-unmodified-since'] ?? '')
  if (ifMatch !== undefined ? !matches(ifMatch, object) : modified > unmodifiedSince) throw preconditionFailed()
  const ifNoneMatch = headers['if-none-match']
  const modifiedSince = Date.parse(headers['if-modified-since'] ?? '')
  if (ifNoneMatch !== undefined ? matches(ifNoneMatch, object) : modified <= modifiedSince) {
    throw new S3Error('NotModified', 'Not Modified')
  }
}

function matches(list: string, object: StoredObject): boolean {
  return list.split(',').some((each) => {
    const tag = each.trim()
    return tag === '*' || tag.replace(/^"(.*)"$/, '$1') === object.etag
  })
}

function preconditionFailed(): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold')
}
