import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { respond, type Exchange } from './exchange.ts'
import { responseHeaders } from './object-headers.ts'
import type { ObjectStore, StoredObject } from './object-store.ts'
import { checkRead } from './preconditions.ts'
import { S3Error } from './s3-error.ts'

/** GET and HEAD of an object: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export async function getObject(store: ObjectStore, exchange: Exchange): Promise<void> {
  const { headers, target, res } = exchange
  const object = existing(store, target.key)
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
  const bytes = createReadStream('', { fd: store.open(object.key), start, end })
  res.writeHead(status)
  await pipeline(bytes, res)
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export function deleteObject(store: ObjectStore, exchange: Exchange): void {
  store.delete(exchange.target.key)
  respond(exchange, 204)
}

/** @throws S3Error NoSuchKey */
export function existing(store: ObjectStore, key: string): StoredObject {
  const object = store.get(key)
  if (!object) throw new S3Error('NoSuchKey', 'The specified key does not exist.')
  return object
}

/** One range of bytes, both ends inclusive. Like S3 it ignores a header that isn't a single range. */
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
