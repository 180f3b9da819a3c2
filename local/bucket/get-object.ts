import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Exchange } from './exchange.ts'
import { responseHeaders } from './object-headers.ts'
import type { ObjectStore, StoredObject } from './object-store.ts'
import { checkRead } from './preconditions.ts'
import { S3Error } from './s3-error.ts'
import { versionOf } from './target.ts'

/** Handles GET and HEAD of an object: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export async function getObject(store: ObjectStore, exchange: Exchange): Promise<void> {
  const { headers, target, res } = exchange
  const object = existing(store, exchange)
  res.setHeader('etag', `"${object.etag}"`)
  checkRead(headers, object)
  const range = parseRange(headers.range, object.size)
  for (const [name, value] of Object.entries(responseHeaders(object, target.query))) res.setHeader(name, value)
  if (headers['x-amz-checksum-mode'] === 'ENABLED' && !range) {
    for (const [algorithm, value] of Object.entries(object.checksums)) {
      res.setHeader(`x-amz-checksum-${algorithm}`, value)
      res.setHeader('x-amz-checksum-type', 'FULL_OBJECT')
    }
  }
  const { start, end } = range ?? { start: 0, end: object.size - 1 }
  if (range) res.setHeader('content-range', `bytes ${start}-${end}/${object.size}`)
  res.setHeader('content-length', end - start + 1)
  const status = range ? 206 : 200
  if (exchange.method === 'HEAD' || object.size === 0) {
    res.writeHead(status).end()
    return
  }
  const bytes = createReadStream('', { fd: store.open(object), start, end })
  res.writeHead(status)
  await pipeline(bytes, res)
}

/**
 * Returns the version that the request names, or else the key's object. Sets the response header that names the
 * version.
 *
 * @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker
 */
export function existing(store: ObjectStore, { target, res }: Pick<Exchange, 'target' | 'res'>): StoredObject {
  const versionId = versionOf(target)
  const version = store.find(target.key, versionId)
  if (version) res.setHeader('x-amz-version-id', version.versionId)
  if (version?.isDeleteMarker) res.setHeader('x-amz-delete-marker', 'true')
  else if (version) return version
  if (versionId === undefined) throw new S3Error('NoSuchKey', 'The specified key does not exist.')
  if (!version) throw new S3Error('NoSuchVersion', 'The specified version does not exist.')
  throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.')
}

/** Parses one range of bytes, both ends inclusive. Like S3, it ignores a header that isn't a single range. */
function parseRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  const [, first = '', last = ''] = match
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < start) return undefined
  if (start >= size || end < start) throw new S3Error('InvalidRange', 'The requested range is not satisfiable')
  return { start, end }
}
