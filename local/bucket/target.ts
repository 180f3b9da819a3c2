import { S3Error } from './s3-error.ts'

/** Bytes of UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1024

/** The bucket, key and query of a path-style request. */
export interface Target {
  /** Empty for the list of buckets. */
  bucket: string
  /** Decoded exactly as sent, without normalisation of `..`, `//` or a leading slash. Empty for the bucket itself. */
  key: string
  /** The path for the canonical request: every byte encoded once, slashes kept. */
  canonicalPath: string
  query: URLSearchParams
}

/** Parses a request line's target. `new URL` won't do, because it collapses `..`, which is part of an S3 key. */
export function parseTarget(url: string): Target {
  const mark = url.indexOf('?')
  const path = decode(mark < 0 ? url : url.slice(0, mark))
  const [, bucket = '', key = ''] = /^\/([^/]*)(?:\/([^]*))?$/.exec(path) ?? []
  if (!path.startsWith('/')) throw new S3Error('InvalidURI', "Couldn't parse the specified URI.")
  return {
    bucket,
    key,
    canonicalPath: encodePath(path),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
  }
}

/**
 * Returns the version id that a request names, or undefined.
 *
 * @throws S3Error InvalidArgument
 */
export function versionOf({ query }: Pick<Target, 'query'>): string | undefined {
  const versionId = query.get('versionId') ?? undefined
  if (versionId === undefined || /^(null|[A-Za-z0-9_-]{32})$/.test(versionId)) return versionId
  throw new S3Error('InvalidArgument', 'Invalid version id specified')
}

/** @throws S3Error KeyTooLongError */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError', 'Your key is too long')
}

/** Percent-encodes everything except unreserved characters and slashes, as SigV4 and `Location` require. */
export function encodePath(path: string): string {
  return encodeURIComponent(path)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (cause) {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", { cause })
  }
}
