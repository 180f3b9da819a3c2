import { authenticate } from './authenticate.ts'
import type { BucketContext } from './bucket-context.ts'
import type { Exchange, VerifiedExchange } from './exchange.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject } from './delete-object.ts'
import { getObject } from './get-object.ts'
import { listObjectVersions } from './list-object-versions.ts'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './multipart-operations.ts'
import { deleteObjectTagging, getObjectTagging } from './object-tagging.ts'
import { postObject } from './post-object.ts'
import { putObject } from './put-object.ts'
import { S3Error } from './s3-error.ts'

/** Query parameters of the operations below. Any other parameter means an operation that is not emulated. */
const KNOWN = /^(x-amz-.*|x-id|response-.*|tagging|versionId|uploads|uploadId|partNumber)$/i

/** Checks the signature, finds the operation that the request asks for, and runs it. */
export async function operate(context: BucketContext, exchange: Exchange): Promise<void> {
  const { method, target, headers } = exchange
  if (target.bucket !== context.name) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist')
  const isForm = (headers['content-type'] ?? '').toLowerCase().startsWith('multipart/form-data')
  if (method === 'POST' && target.key === '' && isForm) return postObject(context, exchange)

  const payload = await authenticate(exchange, context.signers, context.now())
  if (target.key === '' && method === 'GET' && target.query.has('versions'))
    return listObjectVersions(context, exchange)
  if (target.key === '') throw notImplemented('an operation on the bucket itself')
  const unknown = [...target.query.keys()].find((name) => !KNOWN.test(name))
  if (unknown !== undefined) throw notImplemented(unknown)
  const verified = { ...exchange, payload }
  return target.query.has('tagging') ? taggingOperation(context, verified) : objectOperation(context, verified)
}

function taggingOperation(context: BucketContext, exchange: VerifiedExchange): void {
  switch (exchange.method) {
    case 'GET':
      return getObjectTagging(context.store, exchange)
    case 'DELETE':
      return deleteObjectTagging(context, exchange)
    default:
      throw notImplemented(`${exchange.method} of tags`)
  }
}

async function objectOperation(context: BucketContext, exchange: VerifiedExchange): Promise<void> {
  const { query } = exchange.target
  const uploadId = query.get('uploadId')
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      if (uploadId !== null || query.has('partNumber')) throw notImplemented('partNumber')
      return getObject(context.store, exchange)
    case 'PUT':
      if (exchange.headers['x-amz-copy-source'] !== undefined) {
        if (uploadId !== null) throw notImplemented('a part that is copied')
        return copyObject(context, exchange)
      }
      return uploadId === null ? putObject(context, exchange) : uploadPart(context, exchange, uploadId)
    case 'DELETE':
      return uploadId === null ? deleteObject(context, exchange) : abortMultipartUpload(context, exchange, uploadId)
    case 'POST':
      if (query.has('uploads')) return createMultipartUpload(context, exchange)
      if (uploadId !== null) return completeMultipartUpload(context, exchange, uploadId)
      throw methodNotAllowed()
    default:
      throw methodNotAllowed()
  }
}

function methodNotAllowed(): S3Error {
  return new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.')
}

function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', `${what} is not emulated.`)
}
