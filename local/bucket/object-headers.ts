import { validateHeaderValue } from 'node:http'
import type { StoredObject } from './object-store.ts'
import { S3Error } from './s3-error.ts'

/** Bytes of metadata names and values. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const MAX_METADATA_BYTES = 2048

const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const

/**
 * Returns the headers and metadata that an object keeps, from a request's headers or a form's fields. Names are
 * lower-cased.
 */
export function objectHeaders(given: Iterable<readonly [string, string]>): Pick<StoredObject, 'headers' | 'metadata'> {
  const headers: Record<string, string> = { 'content-type': 'binary/octet-stream' }
  const metadata: Record<string, string> = {}
  let bytes = 0
  for (const [name, value] of given) {
    if ((KEPT as readonly string[]).includes(name)) {
      const kept = name === 'content-encoding' ? withoutChunked(value) : value
      if (kept !== '') headers[name] = sendable(name, kept)
    } else if (name.startsWith('x-amz-meta-')) {
      const key = name.slice('x-amz-meta-'.length)
      metadata[key] = value
      bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
    }
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size')
  }
  return { headers, metadata }
}

/** Returns the headers of a GET or HEAD response, with the request's `response-*` overrides. */
export function responseHeaders(object: StoredObject, query: URLSearchParams): Record<string, string> {
  const headers: Record<string, string> = {
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
  }
  for (const [name, value] of Object.entries(object.metadata)) headers[`x-amz-meta-${name}`] = asciiOrEncoded(value)
  const tags = Object.keys(object.tags).length
  if (tags > 0) headers['x-amz-tagging-count'] = String(tags)
  for (const name of KEPT) {
    const override = query.get(`response-${name}`)
    if (override !== null) headers[name] = sendable(name, override)
  }
  return headers
}

function sendable(name: string, value: string): string {
  try {
    validateHeaderValue(name, value)
    return value
  } catch (cause) {
    throw new S3Error('InvalidArgument', `Header value cannot be represented using ISO-8859-1.${name}`, { cause })
  }
}

/** Removes `aws-chunked`, which describes the transfer and not the object. */
function withoutChunked(value: string): string {
  return value
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'aws-chunked')
    .join(',')
}

/** S3 sends metadata that isn't printable ASCII as an RFC 2047 encoded word. */
function asciiOrEncoded(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`
}
