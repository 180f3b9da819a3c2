import { respond, type VerifiedExchange } from './exchange.ts'
import { objectHeaders } from './object-headers.ts'
import { checkWrite } from './preconditions.ts'
import { receiveBody } from './request-body.ts'
import { S3Error } from './s3-error.ts'
import { storeObject, type StoringContext } from './store-object.ts'
import { tagsFromHeader } from './tags.ts'
import { checkKey } from './target.ts'

/** Most bytes in one PUT or POST: 5 GiB. */
export const MAX_OBJECT_BYTES = 5 * 1024 ** 3

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export async function putObject(context: StoringContext, exchange: VerifiedExchange): Promise<void> {
  const { headers, target } = exchange
  checkKey(target.key)
  checkLength(headers)
  // Checked before the body is read, to save sending it, and again when the object is stored.
  checkWrite(headers, context.store.get(target.key))
  const described = {
    key: target.key,
    ...objectHeaders(decodedHeaders(headers)),
    tags: tagsFromHeader(headers['x-amz-tagging'] ?? ''),
  }
  await storeObject(context, exchange, 'Put', await receiveBody(context.store, exchange), described)
  respond(exchange, 200)
}

export function checkLength(headers: Record<string, string>): void {
  const length = headers['x-amz-decoded-content-length'] ?? headers['content-length'] ?? '0'
  if (Number(length) > MAX_OBJECT_BYTES) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed object size.')
  }
}

/** Node decodes header bytes as Latin-1, but S3 reads metadata as UTF-8. */
export function decodedHeaders(headers: Record<string, string>): [string, string][] {
  return Object.entries(headers).map(([name, value]) =>
    name.startsWith('x-amz-meta-') ? [name, Buffer.from(value, 'latin1').toString('utf8')] : [name, value],
  )
}
